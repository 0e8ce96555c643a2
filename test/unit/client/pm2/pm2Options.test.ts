import assert from "node:assert/strict";
import { checkValue } from "../../../../src/client/pm2/options/pm2Option.ts";
import { pm2OptionGroups, pm2OptionOf } from "../../../../src/client/pm2/pm2Options.ts";

/** The keys of `lib/API/schema.json` of pm2 7.0.4, with their aliases. */
const ofSchema = `script exec name name_prefix filter_env namespace install_url cwd args exec_interpreter interpreter node_args
  interpreterArgs interpreter_args out_file out output out_log error_file error err err_file err_log log_file log disable_logs
  log_type log_date_format time env env_production max_memory_restart pid_file pid restart_delay exp_backoff_restart_delay
  source_map_support disable_source_map_support wait_ready instances kill_timeout shutdown_with_message listen_timeout
  cron_restart cron merge_logs combine_logs vizion autostart autorestart stop_exit_codes watch_delay watch ignore_watch
  watch_options min_uptime max_restarts execute_command exec_mode force append_env_to_name post_update trace disable_trace v8
  event_loop_inspector deep_monitoring increment_var instance_var pmx automation treekill port username uid user gid
  windowsHide kill_retry_time write io`;

/** What https://pm2.keymetrics.io/docs/usage/application-declaration/ writes otherwise. */
const ofDocs = "appendEnvToName maxMemoryRestart execMode killTimeout waitReady cmd command";

describe("the table of pm2's options", () => {
  it("has a row for each option that pm2 knows", () => {
    const known = `${ofSchema} ${ofDocs}`.split(/\s+/);
    assert.deepEqual(
      known.filter((name) => pm2OptionOf(name) === undefined),
      [],
    );
    assert.equal(pm2OptionOf("max_size"), undefined);
    assert.equal(pm2OptionOf("toString"), undefined);
  });

  it("says something of each, in one sentence, and no name twice", () => {
    const rows = Object.values(pm2OptionGroups).flat();
    const names = rows.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(
      rows.filter(({ says }) => says === "" || /\.$|\n/.test(says)).map(({ name }) => name),
      [],
    );
  });

  it("checks values as pm2 does", () => {
    assert.deepEqual(checkValue("bytes", "1G"), { value: 1_073_741_824 });
    assert.deepEqual(checkValue("bytes", "300"), { value: 300 });
    assert.deepEqual(checkValue("time", "5s"), { value: 5_000 });
    assert.deepEqual(checkValue("time", "2h"), { value: 7_200_000 });
    assert.deepEqual(checkValue("number", "3000"), { value: 3_000 });
    assert.deepEqual(checkValue("words", "a 'b c'"), { value: ["a", "b c"] });
    for (const [kind, value] of [
      ["bytes", "1GB"],
      ["bytes", -1],
      ["time", "5 s"],
      ["number", ""],
      ["toggle", "true"],
      ["text", 7],
      ["words", {}],
    ] as const) {
      assert.ok("wrong" in checkValue(kind, value), `${kind} ${value}`);
    }
  });
});
