// Holds Block Kit to the JSON Schema of `@slack/types`. Reads a line {surface, blocks, view}, writes a line of complaints; until its input ends.

import { createInterface } from "node:readline";
import Ajv from "ajv";
import { createGenerator } from "ts-json-schema-generator";

const generator = createGenerator({
  path: "node_modules/@slack/types/dist/index.d.ts",
  skipTypeCheck: true,
  additionalProperties: false,
  jsDoc: "none",
});
const ajv = new Ajv({ strict: false, allErrors: true });
const told = (params) => JSON.stringify(params);
const schemaOf = (name) => generator.createSchema(name);
const compiled = new Map();
const judgeOf = (name) => compiled.get(name) ?? compiled.set(name, ajv.compile(schemaOf(name))).get(name);

// Each kind of block on its own, so that a complaint is about that kind and not about all the others it is not.
const known = schemaOf("KnownBlock");
const kinds = new Map();
for (const { $ref } of known.definitions.KnownBlock.anyOf) {
  const name = decodeURIComponent($ref.split("/").pop());
  const shapes = known.definitions[name].anyOf ?? [known.definitions[name]];
  for (const shape of shapes) kinds.set(shape.properties?.type?.const, name);
}

// Where something may be one of many, each one it is not has something against it; what is said farthest inside is nearest to the truth.
function nearest(errors) {
  const depth = (one) => one.instancePath.split("/").length;
  return errors.filter((one) => one.keyword !== "anyOf").sort((one, other) => depth(other) - depth(one));
}

function complaints({ surface, blocks, view }) {
  const found = [];
  const ask = (name, value, where) => {
    const judge = judgeOf(name);
    if (judge(value)) return;
    for (const one of nearest(judge.errors)) found.push(`${where}${one.instancePath} ${one.message} ${told(one.params)}`);
  };
  blocks.forEach((block, number) => {
    const name = kinds.get(block.type);
    if (name) ask(name, block, `/blocks/${number}`);
    else found.push(`/blocks/${number}/type is no block: ${block.type}`);
  });
  if (view) ask(surface === "modal" ? "ModalView" : "HomeView", { ...view, blocks: [] }, "/view");
  return [...new Set(found)].slice(0, 5);
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(complaints(JSON.parse(line)))}\n`);
}
