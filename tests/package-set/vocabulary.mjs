// Names and sentences for made-up packages.

const starts = 'al ar be bri ca cor da del el fa fen gal gra har hel ir jas ka ker lan lor ma mer na nor ol or pa per quil ra rin sa sel ta ter ul va ver wil yar za'.split(' ')
const middles = 'b ba c cha d da de f ga gi k la le li m ma mi n na ne no p r ra ri s sa si st t ta te ti v x z'.split(' ')
const ends = 'a an ar ax ek el en er et ia ic il in io is ix o on or os um us'.split(' ')
const kinds = 'cli core db edit fs gen gui io kit link log map net parse pack query render scan serve sync test tools trace utils view'.split(' ')
const verbs = 'Analyse,Build,Check,Compress,Convert,Decode,Draw,Encrypt,Format,Index,Inspect,Manage,Measure,Merge,Monitor,Parse,Play,Render,Search,Serve,Simulate,Sort,Synchronise,Transfer,Validate'.split(',')
const things = 'archives,audio streams,binary protocols,block devices,calendars,configuration files,databases,documents,embedded systems,fonts,geographic data,images,key-value stores,log files,mail boxes,mathematical expressions,network packets,numeric arrays,point clouds,processes,queues,sensor data,source code,spreadsheets,structured text,terminals,time series,video frames,virtual machines,web pages'.split(',')
const qualities = 'with little memory,over unreliable networks,in real time,from the command line,for large clusters,without configuration,with a graphical interface,as a library,in parallel,with cryptographic guarantees'.split(',')
const people = 'Ada Alan Barbara Bjarne Dennis Donald Edsger Frances Grace Guido Haskell Jean John Ken Leslie Linus Lynn Margaret Niklaus Radia Richard Robin Shafi Tim Tony'.split(' ')

/** A word like a project's name, in lower case. */
export const word = random => random.pick(starts) + (random.chance(0.6) ? random.pick(middles) : '') + random.pick(ends)

/** A function that returns names, each once. */
export function names(random) {
  const taken = new Set()
  return (prefix = '') => {
    for (;;) {
      const name = prefix + (random.chance(0.2) ? 'lib' : '') + word(random) + (random.chance(0.5) ? `-${random.pick(kinds)}` : '')
      if (!taken.has(name)) {
        taken.add(name)
        return name
      }
    }
  }
}

export const person = random => `${random.pick(people)} ${word(random).replace(/^./, letter => letter.toUpperCase())}`

/** What a package is for, in one line without a stop. */
export const description = random => `${random.pick(verbs)} ${random.pick(things)}${random.chance(0.5) ? ` ${random.pick(qualities)}` : ''}`

/** Several lines about a package, each with this indentation. */
export function paragraph(random, indentation) {
  const sentences = random.several(3, 7, () => `${description(random)}; ${description(random).toLowerCase()}, or ${description(random).toLowerCase()}.`)
  const lines = []
  let line = ''
  for (const piece of sentences.join(' ').split(' ')) {
    if (line.length + piece.length > 74) {
      lines.push(line)
      line = ''
    }
    line += line === '' ? piece : ` ${piece}`
  }
  return [...lines, line].map(text => indentation + text).join('\n')
}

export const version = random =>
  random.weighted([
    [60, `${random.below(12)}.${random.below(30)}.${random.below(20)}`],
    [20, `${random.below(12)}.${random.below(40)}`],
    [10, `${2000 + random.below(26)}-${String(1 + random.below(12)).padStart(2, '0')}-${String(1 + random.below(28)).padStart(2, '0')}`],
    [10, `0-unstable-2025-0${1 + random.below(9)}-1${random.below(10)}`],
  ])

/** A hash in the form that fetchers take. */
export const hash = random => `sha256-${random.bytes(32).toString('base64')}`
