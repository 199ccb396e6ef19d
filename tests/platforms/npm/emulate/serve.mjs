// emulate's Slack on a free port, seeded with the first argument; says where it listens, and ends with its input.

import { createEmulator } from "emulate";

const slack = await createEmulator({ service: "slack", port: 0, seed: JSON.parse(process.argv[2]) });
process.stdout.write(`${slack.url}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
