import type { OtherUser } from "../../client/launch/otherUsers.ts";
import { printable } from "../terminal/units.ts";

/** Each other user in a line, with the command that shows the apps. */
export function otherUsersText(users: readonly OtherUser[]): string[] {
  return users.map(({ user, apps }) => {
    const what = apps === undefined ? "may run apps too" : `runs ${apps.map(printable).join(", ")}`;
    return `user ${user} ${what}; run: sudo -u ${user} hitless list`;
  });
}
