// The guided edits fit the example: each text that a step replaces is there exactly once.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const folder = join(import.meta.dirname, "../examples/distribution");
const story = JSON.parse(readFileSync(join(folder, "story.json"), "utf8"));
const occurrences = (text, part) => text.split(part).length - 1;

test("the story opens and builds files that are there", () => {
  for (const file of [story.open, story.entry]) assert.ok(existsSync(join(folder, file)), file);
});

for (const step of story.steps) {
  test(`step "${step.title}"`, () => {
    assert.ok(step.text);
    assert.notEqual(step.edits === undefined, step.settings === undefined);
    for (const { file, find, replace } of step.edits ?? []) {
      const text = readFileSync(join(folder, file), "utf8");
      assert.equal(occurrences(text, find), 1, `${find} in ${file}`);
      assert.equal(occurrences(text, replace), 0, `${replace} in ${file}`);
      // Whether a step has been made is seen from the text alone.
      assert.equal(occurrences(text.replace(find, replace), find), 0);
    }
  });
}
