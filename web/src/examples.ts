/** The examples and scenarios that the page is built with: their files, their worlds, and guided edits. */
import type { Scenario, WorldFile } from "./protocol";

/** One guided edit: replaces `find`, which occurs once in `file`, by `replace`. */
export interface StoryEdit {
  file: string;
  find: string;
  replace: string;
}

/** What a plan depends on beside the text. */
export interface Settings {
  /** Whether the binary caches are asked. */
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
  /** What drafts and links know it by. */
  name: string;
  /** The folder of its files in the workspace, with a slash before and after. */
  folder: string;
  /** Texts by absolute path, for example `/distribution/default.nix`. */
  files: ReadonlyMap<string, string>;
  /** Texts with which the example begins, where they are others. */
  edited: Readonly<Record<string, string>>;
  story: Story;
  /** The world in which it begins. */
  world: WorldFile;
  /** The scenario that it is, if it is one. */
  scenario?: Scenario;
  /** The archive that its files are in, if they are the visitor's own. */
  archive?: Archive;
}

/** A package set of the visitor's own. */
export interface Archive {
  /** As it was given. */
  bytes: Uint8Array;
  /** What tells it from all others. */
  identity: string;
  /** Its files, by absolute path. */
  paths: readonly string[];
  /** What this browser keeps it as. */
  kept: string;
}

/** The name of the example that the page opens with. */
export const FIRST = "distribution";

const sources = import.meta.glob<string>("../examples/**/*", { query: "?raw", import: "default", eager: true });

const SCENARIOS = "../examples/scenarios/";

/** Names and titles of the scenarios, in alphabetical order of the titles. */
export const scenarios: readonly { name: string; title: string }[] = Object.entries(sources)
  .filter(([path]) => path.startsWith(SCENARIOS) && path.endsWith(".json"))
  .map(([path, text]) => ({
    name: path.slice(SCENARIOS.length, -".json".length),
    title: (JSON.parse(text) as Scenario).title,
  }))
  .sort((a, b) => a.title.localeCompare(b.title));

/** The example of this name, or the scenario of the name after `scenario:`; the first example if there is none. */
export function example(name: string): Example {
  const scenario = name.startsWith("scenario:") ? sources[`${SCENARIOS}${name.slice("scenario:".length)}.json`] : undefined;
  return scenario === undefined ? folderExample(FIRST) : scenarioExample(name, JSON.parse(scenario) as Scenario);
}

/** The example in the folder `examples/<name>`; its paths in the workspace start with `/<name>/`. */
function folderExample(name: string): Example {
  const files = new Map<string, string>();
  let story: Story = { open: "default.nix", entry: "default.nix", attrPath: "", steps: [] };
  let world: WorldFile = { version: 1 };
  const folder = `../examples/${name}/`;
  for (const [path, text] of Object.entries(sources)) {
    if (!path.startsWith(folder)) continue;
    const inside = path.slice(folder.length);
    if (inside === "story.json") story = JSON.parse(text) as Story;
    else if (inside === "world.json") world = JSON.parse(text) as WorldFile;
    else files.set(`/${name}/${inside}`, text);
  }
  return { name, folder: `/${name}/`, files: new Map([...files].sort(byFolder)), edited: {}, story, world };
}

/** A scenario: the set that all of them share, with the texts that it has now. */
function scenarioExample(name: string, scenario: Scenario): Example {
  const path = "/scenarios/set.nix";
  const text = sources[`${SCENARIOS}set.nix`] ?? "";
  let edited = text;
  for (const [from, to] of scenario.now.with ?? []) edited = edited.replace(from, () => to);
  return {
    name,
    folder: "/scenarios/",
    files: new Map([[path, text]]),
    edited: edited === text ? {} : { [path]: edited },
    story: { open: "set.nix", entry: "set.nix", attrPath: scenario.now.attribute ?? "", steps: [] },
    world: scenario.world,
    scenario,
  };
}

/** A package set from an archive that was unpacked into `folder`; `texts` are those of its files that are open, `open` among them. */
export function ownExample(folder: string, archive: Archive, open: string, texts: ReadonlyMap<string, string>): Example {
  const inside = open.slice(folder.length);
  return {
    name: `own:${folder.replaceAll("/", "")}`,
    folder,
    files: new Map([...texts].sort(byFolder)),
    edited: {},
    story: { open: inside, entry: inside, attrPath: "", steps: [] },
    world: {
      version: 1,
      settings: { "trusted-public-keys": ["cache.example.org-1"] },
      caches: [{ url: "https://cache.example.org", key: "cache.example.org-1" }],
    },
    archive,
  };
}

/** Files of a folder before its subfolders, each in alphabetical order. */
export function byFolder([a]: [string, unknown], [b]: [string, unknown]): number {
  const depth = (path: string) => path.split("/").length;
  const folder = (path: string) => path.slice(0, path.lastIndexOf("/"));
  return depth(a) - depth(b) || folder(a).localeCompare(folder(b)) || a.localeCompare(b);
}
