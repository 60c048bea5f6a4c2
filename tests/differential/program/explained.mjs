// Differences that are meant to be, or that say nothing.

import { readdirSync } from 'node:fs'

/** What is in the root directory here; the reference may see another one. */
const ROOT = readdirSync('/')

/** Which of these names stand in an answer as such, or as paths of the root directory, and not in the program. */
const ofRoot = ({ stdout, stderr }, text) => {
  const words = new Set((stdout + stderr).match(/(?<![\w./-]|[\w.-]\/)[\w.-]+(?![\w./-])/g))
  return ROOT.filter(name => words.has(name) && !text.includes(name))
}

/** Whether what is added to the store under the name of a derivation was looked at, and refused. */
const refusal = ({ stderr }) => /while checking derivation '|error parsing derivation '|derivation has incorrect (output|environment)/.test(stderr)

/**
 * What makes all the difference where it is put in place of something: both answer alike without. Each has a reason, and which other programs to
 * ask for.
 */
export const REPLACED = [
  // What `break` returns is a thunk in the reference unless its argument has been evaluated before, which shows where values are printed or
  // asked for their type.
  ['where the reference has not evaluated what `break` returns', /\bbuiltins\."?break\b"?|\b(__)?break\b/g, '(builtins.seq null)'],
  ['what the root directory of the machine contains', /(?<![\w.~/])\/\.(?![\w./])/g, './tree'],
  ['what the root directory of the machine contains', /(?<=\b(filterSource|path|readDir)\b.*["}])\/"/gs, '/none"'],
  ['the reference asks its store for a path that the text names', /\(?\b(builtins\."?storePath\b"?|__storePath)\)? "\/nix\/store\/[^"]*"/g, '(1 + null)'],
]

/**
 * Returns why a difference is none, or nothing. Whatever is here is a rule for answers of the reference, not a list of programs.
 */
export function explained(ours, theirs, text) {
  if (ours.status >= 256 && theirs.status >= 256) return 'both take too long or write too much'
  if (theirs.status >= 256) return `the reference was ended by signal ${theirs.status - 256}`
  if (/cannot copy the root directory to the store|'\/(dev|proc|sys)\//.test(ours.stderr + theirs.stderr)) return 'the root directory of the machine'
  if ([ours, theirs].every(({ stdout }) => /\bproc\b/.test(stdout) && /\bsys\b/.test(stdout))) return 'what the root directory of the machine contains'
  if (ofRoot(ours, text).some(name => !ofRoot(theirs, text).includes(name))) return 'what the root directory of the machine contains'
  if (refusal(theirs) && !refusal(ours)) {
    return 'the reference refuses to write what is no derivation under the name of one'
  }
  if (/error: bad optional access\n$/.test(theirs.stderr)) return 'the reference breaks on a filter for a file that is hashed flat'
  if (/^error: boost::bad_format_string/.test(theirs.stderr)) return 'the reference takes a percent sign of the program for a place in its own message'
  if (/is required, but there is no substituter/.test(theirs.stderr)) return 'the reference asks its store for a path that the text names'
  if (/: File name too long/.test(theirs.stderr) && (/: File name too long/.test(ours.stderr) || /storePath/i.test(text))) return 'the file system refuses a name, each in words of its own'
  if (/out of memory/.test(ours.stderr) && /error: out of memory\n$/.test(theirs.stderr)) return 'both have too little memory, each for words of its own'
  if ((/\.links\b/.test(theirs.stdout + theirs.stderr) && !text.includes('.links')) || / path '\/nix\/store\/' is not in the Nix store/.test(ours.stderr) || / path '\/nix' does not exist/.test(ours.stderr)) return 'what else the store of the reference contains'
  if (/unable to download/.test(theirs.stderr)) return 'the reference asks the network'
  if (/cannot read the Git repository|this evaluator has no network/.test(ours.stderr) && /Failed to fetch git repository/.test(theirs.stderr)) return 'the reference has no Git to run'
  if (/this evaluator has no network|cannot read the Git repository/.test(ours.stderr) && /uses a path relative to the current directory|hg failed with exit code/.test(theirs.stderr)) {
    return 'the reference runs Git or Mercurial'
  }
  if (ours.status !== 0 && /Ignoring dynamic derivation .* while querying missing paths/.test(theirs.stderr)) return 'nothing is built here'
  if (ours.status !== 0 && theirs.status !== 0 && /which would have to be built first/.test(ours.stderr) && /Cannot build|is required to build|builder for|is not valid|is not a valid store path: name|while parsing derivation '/.test(theirs.stderr)) {
    return 'nothing is built here'
  }
  return undefined
}
