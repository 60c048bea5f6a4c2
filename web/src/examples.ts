/** The examples that the page is built with: their files, and the guided edits of their story. */

/** One guided edit: replaces `find`, which occurs once in `file`, by `replace`. */
export interface StoryEdit {
  file: string;
  find: string;
  replace: string;
}

/** What a plan depends on beside the text. */
export interface Settings {
  /** Whether the binary cache is asked. */
  substitute: boolean;
  /** Whether the machine is a new one, with nothing in its store. */
  emptyStore: boolean;
}

/** Edits, or other settings. */
export interface StoryStep {
  title: string;
  /** What to look at when the step has been done. */
  text: string;
  edits?: StoryEdit[];
  settings?: Settings;
}

export interface Story {
  /** The file shown first. */
  open: string;
  /** The file whose attribute is built. */
  entry: string;
  attrPath: string;
  steps: StoryStep[];
}

export interface Example {
  name: string;
  /** Texts by absolute path, for example `/distribution/default.nix`. */
  files: ReadonlyMap<string, string>;
  story: Story;
}

const sources = import.meta.glob<string>("../examples/**/*", { query: "?raw", import: "default", eager: true });

/** The example in the folder `examples/<name>`; its paths in the workspace start with `/<name>/`. */
export function example(name: string): Example {
  const files = new Map<string, string>();
  let story: Story = { open: "default.nix", entry: "default.nix", attrPath: "", steps: [] };
  const folder = `../examples/${name}/`;
  for (const [path, text] of Object.entries(sources)) {
    if (!path.startsWith(folder)) continue;
    const inside = path.slice(folder.length);
    if (inside === "story.json") story = JSON.parse(text) as Story;
    else files.set(`/${name}/${inside}`, text);
  }
  return { name, files: new Map([...files].sort(byFolder)), story };
}

/** Files of a folder before its subfolders, each in alphabetical order. */
function byFolder([a]: [string, string], [b]: [string, string]): number {
  const depth = (path: string) => path.split("/").length;
  const folder = (path: string) => path.slice(0, path.lastIndexOf("/"));
  return depth(a) - depth(b) || folder(a).localeCompare(folder(b)) || a.localeCompare(b);
}
