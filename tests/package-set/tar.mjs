// A tar archive of texts, as `tar --format=ustar` writes it.

const block = 512

/** The archive of files by path, all below one folder. */
export function tar(folder, files) {
  const pieces = []
  for (const [path, text] of [...files].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const contents = Buffer.from(text)
    pieces.push(header(`${folder}/${path}`, contents.length), contents, Buffer.alloc(-contents.length & (block - 1)))
  }
  return Buffer.concat([...pieces, Buffer.alloc(2 * block)])
}

function header(path, size) {
  const bytes = Buffer.alloc(block)
  // A name too long for its field goes into two, cut at a slash.
  const cut = path.length <= 100 ? 0 : path.indexOf('/', path.length - 101) + 1
  if (path.length - cut > 100 || cut > 156) throw new Error(`${path} is too long for ustar`)
  bytes.write(path.slice(cut), 0)
  bytes.write(path.slice(0, Math.max(0, cut - 1)), 345)
  const octal = (number, length, at) => bytes.write(`${number.toString(8).padStart(length, '0')}\0`, at)
  octal(0o644, 7, 100)
  octal(0, 7, 108)
  octal(0, 7, 116)
  octal(size, 11, 124)
  octal(1, 11, 136)
  bytes.write('0', 156)
  bytes.write('ustar\0' + '00', 257)
  bytes.fill(' ', 148, 156)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return bytes
}
