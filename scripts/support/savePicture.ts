/// <reference lib="dom" />
import { writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";

/** Of WebP: text stays sharp, and the package small. */
const quality = 0.82;

/** Takes a picture of a page as WebP, a fifth of a PNG, so that the package can carry it. The browser itself writes it. */
export async function savePicture(page: Page, path: string): Promise<void> {
  const png = (await page.screenshot()).toString("base64");
  // A page that was opened without a context of its own shares it with no other.
  const blank = await page.context().browser()?.newPage();
  if (blank === undefined) {
    throw new Error("The browser has gone.");
  }
  try {
    const webp = await blank.evaluate(toWebp, { png, quality });
    writeFileSync(path, Buffer.from(webp, "base64"));
  } finally {
    await blank.close();
  }
}

/** Runs in the browser. */
async function toWebp(given: { readonly png: string; readonly quality: number }): Promise<string> {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${given.png}`)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext("2d")?.drawImage(image, 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/webp", quality: given.quality });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
