// ajv as the referee: what the server says about its tools, and what they answer.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';

import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const ajv = addFormats(
  new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true })
);
ajv.addKeyword('x-mcp-header'); // the spec's own mark on a string that is mirrored into a header
const compiled = new Map();

function validator(schema) {
  const key = JSON.stringify(schema);
  if (!compiled.has(key)) compiled.set(key, ajv.compile(schema));
  return compiled.get(key);
}

const manifests = new URL('../../../manifests/tools/', import.meta.url);
const expected = readdirSync(manifests).map(file => file.replace(/\.json$/, ''));

/** Each tool that has a definition, and each one whole: title, description, annotations, both schemas, icons aside (a revision may not have them). */
export function checkTools(tools) {
  assert.deepEqual(tools.map(tool => tool.name).sort(), expected.toSorted());
  assert.equal(
    tools[0].name,
    'tfy_access_tokens_list',
    'the first listed tool is one that can be called with {}'
  );
  for (const tool of tools) {
    assert.ok(tool.title && tool.description, tool.name);
    assert.ok(
      tool.description.length < 400,
      `${tool.name}: a description of ${tool.description.length} characters`
    );
    for (const hint of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'])
      assert.equal(typeof tool.annotations?.[hint], 'boolean', `${tool.name}: ${hint}`);
    validator(tool.inputSchema);
    // The one tool whose text can hold a value has none: its value is in `content`, once (docs/adr/0004).
    assert.equal(tool.outputSchema === undefined, tool.name === 'tfy_access_tokens_reveal', `${tool.name}: outputSchema`);
    if (tool.outputSchema) validator(tool.outputSchema);
  }
}

/** structuredContent fits outputSchema, in errors, too: the TypeScript SDK 1.x checks every one that it gets. */
export function checkResult(tool, result) {
  assert.ok(result.content.length > 0 && result.content[0].text.length > 0, `${tool.name}: text`);
  if (!tool.outputSchema || (result.isError && result.structuredContent === undefined)) return;
  const valid = validator(tool.outputSchema);
  assert.ok(
    valid(result.structuredContent),
    `${tool.name}: ${ajv.errorsText(valid.errors)}\n${JSON.stringify(result.structuredContent, null, 1)}`
  );
}
