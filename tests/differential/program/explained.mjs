// Differences that are meant to be, or that say nothing.

/** The message itself, without its trace. */
const last = ({ stderr }) => stderr.slice(stderr.lastIndexOf('error:'))

/**
 * Returns why a difference is none, or nothing. Whatever is here is a rule for answers of the reference, not a list of programs.
 */
export function explained(text, ours, theirs) {
  if (ours.status >= 256 && theirs.status >= 256) return 'both take too long or write too much'
  if (theirs.status >= 256) return `the reference was ended by signal ${theirs.status - 256}`
  if (/cannot copy the root directory to the store|'\/(dev|proc|sys)\//.test(ours.stderr + theirs.stderr)) return 'the root directory of the machine'
  if (/while parsing TOML: /.test(ours.stderr) && /while parsing TOML: /.test(theirs.stderr)) return 'both refuse a TOML document; the reference goes on after the first error'
  if (/error: bad optional access\n$/.test(theirs.stderr)) return 'the reference breaks on a filter for a file that is hashed flat'
  if (/is required, but there is no substituter/.test(theirs.stderr)) return 'the reference asks its store for a path that the text names'
  if (/tryEval|addErrorContext/.test(text) && ours.stdout === theirs.stdout && last(ours) === last(theirs)) return 'the reference keeps a failure with the trace of the first time'
  if (ours.status !== 0 && theirs.status !== 0 && /which would have to be built first/.test(ours.stderr) && /Cannot build|is required to build|builder for|is not valid/.test(theirs.stderr)) {
    return 'nothing is built here'
  }
  return undefined
}
