/** For contract.spec.ts: an interrupt comes while JavaScript is busy, just before a long calculation begins. */
import { Session } from "../../src/cli/session.ts";

const session = new Session();
await Promise.resolve();
process.kill(process.pid, "SIGINT");
for (const start = process.hrtime.bigint(); process.hrtime.bigint() - start < 50_000_000n; );
await session.compute(() => process.stdout.write("the calculation ran\n"));
