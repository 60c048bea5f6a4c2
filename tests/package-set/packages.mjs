// The text of one made-up package, in the many ways in which people write them.

import { description, hash, paragraph, version, word } from './vocabulary.mjs'

const licenses = 'mit asl20 bsd3 bsd2 gpl2Only gpl2Plus gpl3Only gpl3Plus lgpl21Plus lgpl3Plus mpl20 isc zlib boost unlicense cc0 agpl3Plus'.split(' ')
const flags = 'static shared docs examples debug nls threads ipv6 tests rpath largefile silent-rules gtk-doc introspection'.split(' ')

/** Where sources come from: the lines of the attribute `src` and the fetcher that they need. */
function source(random, name, revision) {
  const letter = name[0]
  return random.weighted([
    [5, { fetcher: 'fetchFromGitHub', text: `fetchFromGitHub {
    owner = "${word(random)}";
    repo = "${name}";
    ${random.chance(0.7) ? `tag = "v\${${revision}}";` : `rev = "${random.bytes(20).toString('hex')}";`}
    hash = "${hash(random)}";
  }` }],
    [2, { fetcher: 'fetchurl', text: `fetchurl {
    url = "mirror://${random.pick(['gnu', 'sourceforge', 'savannah', 'gnome', 'apache'])}/${name}/${name}-\${${revision}}.tar.${random.pick(['gz', 'xz', 'bz2'])}";
    hash = "${hash(random)}";
  }` }],
    [2, { fetcher: 'fetchurl', text: `fetchurl {
    urls = [
      "https://${name}.example.org/releases/${name}-\${${revision}}.tar.gz"
      "https://mirror.example.net/${letter}/${name}-\${${revision}}.tar.gz"
    ];
    sha256 = "${random.bytes(32).toString('hex')}";
  }` }],
    [1, { fetcher: 'fetchgit', text: `fetchgit {
    url = "https://git.example.org/${name}.git";
    rev = "${random.bytes(20).toString('hex')}";
    hash = "${hash(random)}";
  }` }],
    [1, { fetcher: 'fetchzip', text: `fetchzip {
    url = "https://${name}.example.org/${name}-\${${revision}}.zip";
    hash = "${hash(random)}";
    stripRoot = ${random.chance(0.5)};
  }` }],
  ])
}

/** The attribute `meta`, in lines of this indentation. */
function meta(random, { name, maintainers, platforms }) {
  const people = random.several(1, 4, () => random.pick(maintainers))
  const chosen = random.several(1, 2, () => random.pick(licenses))
  const unusual = random.weighted([
    [92, ''],
    [2, '    broken = true;\n'],
    [2, '    broken = stdenv.hostPlatform.isDarwin;\n'],
    [2, `    knownVulnerabilities = [ "CVE-2025-${1000 + random.below(9000)}: reads beyond the end" ];\n`],
    [2, '    badPlatforms = lib.platforms.darwin;\n'],
  ])
  const license = random.chance(0.02) ? 'lib.licenses.unfree' : chosen.length === 1 ? `lib.licenses.${chosen[0]}` : `with lib.licenses; [ ${chosen.join(' ')} ]`
  return `  meta = {
    description = "${description(random)}";
${random.chance(0.35) ? `    longDescription = ''\n${paragraph(random, '      ')}\n    '';\n` : ''}    homepage = "https://${name}.example.org";
${random.chance(0.5) ? `    changelog = "https://${name}.example.org/releases/\${finalAttrs.version}/changes.html";\n` : ''}    license = ${license};
    maintainers = ${random.chance(0.5) ? `with lib.maintainers; [ ${people.join(' ')} ]` : `[\n${people.map(person => `      lib.maintainers.${person}`).join('\n')}\n    ]`};
    platforms = ${random.weighted([[60, 'lib.platforms.linux'], [30, 'lib.platforms.unix'], [9, 'lib.platforms.all'], [platforms ? 2 : 0, 'lib.platforms.darwin']])};
${random.chance(0.6) ? `    mainProgram = "${name}";\n` : ''}${unusual}  };
`
}

/** Splits what a package depends on into the places where it is named. */
function dependencies(random, available) {
  const wanted = new Set(random.several(0, 7, () => available[Math.floor(available.length * random.next() ** 1.7)]))
  const [always, optional, propagated] = [[], [], []]
  for (const name of wanted) random.weighted([[70, always], [20, optional], [10, propagated]]).push(name)
  return { always, optional, propagated }
}

const list = names => (names.length <= 2 ? `[ ${names.join(' ')} ]` : `[\n${names.map(name => `    ${name}`).join('\n')}\n  ]`)

/** The expression of a C or C++ package; returns the files of its folder. */
export function plain(random, { name, maintainers, available }) {
  const { always, optional, propagated } = dependencies(random, available)
  const system = random.weighted([[40, 'configure'], [30, 'cmake'], [15, 'meson'], [10, 'autoreconf'], [5, 'make']])
  const tools = {
    configure: [],
    cmake: random.chance(0.4) ? ['cmake', 'ninja'] : ['cmake'],
    meson: ['meson', 'ninja'],
    autoreconf: ['autoreconfHook'],
    make: [],
  }[system]
  if (random.chance(0.6)) tools.push('pkg-config')
  for (const [tool, share] of [['makeWrapper', 0.15], ['perl', 0.1], ['python3', 0.1], ['installShellFiles', 0.08], ['gettext', 0.06], ['bison', 0.05]]) {
    if (random.chance(share)) tools.push(tool)
  }
  const { fetcher, text: src } = source(random, name, 'finalAttrs.version')
  const options = optional.map(dependency => ({ dependency, option: `${random.chance(0.5) ? 'with' : 'enable'}${dependency.replace(/(^|[^a-zA-Z0-9])+([a-zA-Z0-9])/g, (_, __, letter) => letter.toUpperCase())}` }))
  const plainFlags = random.several(0, 6, () => random.pick(flags))
  const local = random.several(0, random.chance(0.3) ? 3 : 0, index => `${word(random)}-${index}.patch`)
  const remote = random.chance(0.12)
  const outputs = random.weighted([[60, ['out']], [15, ['out', 'dev']], [10, ['out', 'man']], [8, ['bin', 'dev', 'out']], [7, ['out', 'lib', 'dev', 'doc']]])
  const tested = random.chance(0.2)
  const parameters = [...new Set(['lib', 'stdenv', fetcher, ...(remote ? ['fetchpatch'] : []), ...(tested ? ['runCommand'] : []), ...tools, ...always, ...optional, ...propagated])]

  const configure = [
    ...plainFlags.map(flag => (random.chance(0.5) ? `"--${random.pick(['enable', 'disable'])}-${flag}"` : `(lib.enableFeature ${random.chance(0.5) ? 'stdenv.hostPlatform.isLinux' : '(!stdenv.hostPlatform.isStatic)'} "${flag}")`)),
    ...options.map(({ option, dependency }) => (random.chance(0.5) ? `(lib.withFeature ${option} "${dependency}")` : `(lib.withFeatureAs ${option} "${dependency}" (lib.getDev ${dependency}))`)),
  ]
  const cmake = [
    ...plainFlags.map(flag => `(lib.cmakeBool "ENABLE_${flag.toUpperCase().replaceAll('-', '_')}" ${random.chance(0.5) ? 'true' : 'stdenv.hostPlatform.isx86'})`),
    ...options.map(({ option, dependency }) => `(lib.cmakeBool "WITH_${dependency.toUpperCase().replaceAll('-', '_')}" ${option})`),
  ]
  const meson = [
    ...plainFlags.map(flag => `(lib.mesonEnable "${flag}" ${random.chance(0.5)})`),
    ...options.map(({ option, dependency }) => `(lib.mesonEnable "${dependency}" ${option})`),
  ]
  const configuration = { configure: ['configureFlags', configure], autoreconf: ['configureFlags', configure], cmake: ['cmakeFlags', cmake], meson: ['mesonFlags', meson], make: ['makeFlags', ['"PREFIX=$(out)"', '"CC=cc"']] }[system]

  let text = ''
  if (random.chance(0.1)) text += `# ${description(random)}; see https://${name}.example.org/building.\n`
  text += `{\n${parameters.map(parameter => `  ${parameter},\n`).join('')}${options.map(({ option }) => `  ${option} ? ${random.weighted([[40, 'true'], [30, 'stdenv.hostPlatform.isLinux'], [20, 'false'], [10, '!stdenv.hostPlatform.isMusl']])},\n`).join('')}}:\n\n`
  text += `stdenv.mkDerivation (finalAttrs: {\n  pname = "${name}";\n  version = "${version(random)}";\n\n  src = ${src};\n\n`
  if (local.length > 0 || remote) {
    text += `  patches = [\n${local.map(file => `    # ${description(random)}.\n    ./${file}\n`).join('')}`
    if (remote) text += `    (fetchpatch {\n      name = "${word(random)}.patch";\n      url = "https://github.com/${word(random)}/${name}/commit/${random.bytes(20).toString('hex')}.patch";\n      hash = "${hash(random)}";\n${random.chance(0.3) ? '      excludes = [ "CHANGELOG.md" ];\n' : ''}    })\n`
    text += '  ];\n\n'
  }
  if (outputs.length > 1) text += `  outputs = [ ${outputs.map(output => `"${output}"`).join(' ')} ];\n\n`
  if (random.chance(0.25)) {
    const dependency = always.length > 0 ? random.pick(always) : 'stdenv.cc'
    text += `  postPatch = ''\n    substituteInPlace ${random.pick(['Makefile', 'CMakeLists.txt', 'src/config.h', 'meson.build'])} \\\n      --replace-fail "/usr" "$out" \\\n      --replace-fail "@${word(random)}@" "\${lib.getLib ${dependency}}/lib"\n    patchShebangs ${random.pick(['.', 'scripts', 'tools/*.sh'])}\n  '';\n\n`
  }
  if (random.chance(0.7)) text += '  strictDeps = true;\n'
  if (tools.length > 0) text += `  nativeBuildInputs = ${list(tools)};\n`
  if (always.length + optional.length > 0) text += `  buildInputs = ${list(always)}${options.map(({ option, dependency }) => `\n  ++ lib.optional${random.chance(0.2) ? `s ${option} [ ${dependency} ]` : ` ${option} ${dependency}`}`).join('')};\n`
  if (propagated.length > 0) text += `  propagatedBuildInputs = ${list(propagated)};\n`
  text += '\n'
  if (configuration[1].length > 0) text += `  ${configuration[0]} = [\n${configuration[1].map(flag => `    ${flag}\n`).join('')}  ]${random.chance(0.15) ? '\n  ++ lib.optionals stdenv.hostPlatform.isAarch64 [ "--with-neon" ]' : ''};\n\n`
  if (random.chance(0.3)) text += '  enableParallelBuilding = true;\n'
  if (random.chance(0.3)) text += `  doCheck = ${random.chance(0.7) ? 'true' : '!stdenv.hostPlatform.isDarwin'};\n`
  if (random.chance(0.12)) text += `  hardeningDisable = [ "${random.pick(['format', 'fortify', 'zerocallusedregs', 'strictoverflow'])}" ];\n`
  if (random.chance(0.2)) text += `  env.NIX_CFLAGS_COMPILE = ${random.chance(0.5) ? `toString [ "-Wno-error=${word(random)}" "-D${word(random).toUpperCase()}" ]` : `lib.optionalString stdenv.cc.isGNU "-Wno-error=${word(random)}"`};\n`
  if (random.chance(0.15)) text += `  preConfigure = lib.optionalString (lib.versionAtLeast finalAttrs.version "${random.below(8)}.0") ''\n    export HOME=$TMPDIR\n    ./autogen.sh --${random.pick(flags)}\n  '';\n`
  if (random.chance(0.25)) {
    const wrapped = [...always, ...propagated]
    text += `  postInstall = ''\n    install -Dm644 README.md $out/share/doc/${name}/README.md\n${tools.includes('makeWrapper') ? `    wrapProgram $out/bin/${name} --prefix PATH : \${lib.makeBinPath ${list(wrapped)}} --set-default ${word(random).toUpperCase()}_HOME $out\n` : ''}${tools.includes('installShellFiles') ? `    installShellCompletion --cmd ${name} completions/*\n` : ''}  '';\n`
  }
  text += '\n'
  if (tested || random.chance(0.2)) {
    text += '  passthru = {\n'
    if (tested) text += `    tests.version = runCommand "${name}-test-version" { nativeBuildInputs = [ finalAttrs.finalPackage ]; } ''\n      ${name} --version | grep -F \${finalAttrs.version}\n      touch $out\n    '';\n`
    for (const { option } of options) text += `    inherit ${option};\n`
    text += '  };\n\n'
  }
  text += `${meta(random, { name, maintainers, platforms: true })}})\n`
  const files = { 'package.nix': text }
  for (const file of local) files[file] = patch(random)
  return files
}

/** A patch of some hunks. */
function patch(random) {
  const file = `src/${word(random)}.c`
  const hunks = random.several(1, 6, index => {
    const line = index * 40 + 1 + random.below(20)
    return `@@ -${line},6 +${line},7 @@ int ${word(random)}(void)\n {\n     int ${word(random)} = ${random.below(100)};\n \n-    return ${word(random)}(${random.below(100)});\n+    if (${word(random)} < 0)\n+        return -${random.below(30)};\n     ${word(random)}();\n }\n`
  })
  return `${description(random)}.\n\n--- a/${file}\n+++ b/${file}\n${hunks.join('')}`
}

/** A package for the Python interpreter. */
export function python(random, { name, maintainers, available, libraries }) {
  const wanted = [...new Set(random.several(0, 5, () => random.pick(available)))].filter(Boolean)
  const system = random.chance(0.25) ? [random.pick(libraries)] : []
  const release = version(random)
  const parameters = [...new Set(['lib', 'buildPythonPackage', 'fetchPypi', ...wanted, ...system, ...(random.chance(0.3) ? ['pythonOlder'] : [])])]
  return {
    'default.nix': `{
${parameters.map(parameter => `  ${parameter},\n`).join('')}}:

buildPythonPackage rec {
  pname = "${name}";
  version = "${release}";
  ${random.chance(0.6) ? 'pyproject = true' : 'format = "setuptools"'};
${parameters.includes('pythonOlder') ? `  disabled = pythonOlder "3.${6 + random.below(6)}";\n` : ''}
  src = fetchPypi {
    inherit pname version;
    hash = "${hash(random)}";
  };

${system.length > 0 ? `  buildInputs = [ ${system.join(' ')} ];\n` : ''}  ${random.chance(0.6) ? 'dependencies' : 'propagatedBuildInputs'} = ${list(wanted)};
${random.chance(0.3) ? `  optional-dependencies = {\n    all = ${list(wanted.slice(0, 1))};\n  };\n` : ''}${random.chance(0.3) ? `  disabledTests = [\n${random.several(1, 5, () => `    # ${description(random)}.\n    "test_${word(random)}"`).join('\n')}\n  ];\n` : ''}
  pythonImportsCheck = [ "${name.replaceAll('-', '_')}" ];

  meta = {
    description = "${description(random)}";
    homepage = "https://github.com/${word(random)}/${name}";
    license = lib.licenses.${random.pick(licenses)};
    maintainers = with lib.maintainers; [ ${random.several(1, 3, () => random.pick(maintainers)).join(' ')} ];
  };
}
`,
  }
}

/** A Go program or a crate, by name. */
export function language(random, kind, { name, maintainers }) {
  const { fetcher, text } = source(random, name, 'finalAttrs.version')
  const src = text.replaceAll('finalAttrs.version', 'version')
  const builder = kind === 'go' ? 'buildGoModule' : 'rustPlatform'
  const release = version(random)
  const lock = kind === 'rust' && random.chance(0.3)
  const own = kind === 'go'
    ? `  vendorHash = ${random.chance(0.15) ? 'null' : `"${hash(random)}"`};
  subPackages = [ "cmd/${name}" ];
  ldflags = [
    "-s"
    "-w"
    "-X=main.version=\${version}"
  ];
${random.chance(0.4) ? `  tags = [ "${word(random)}" "netgo" ];\n` : ''}`
    : lock
      ? '  cargoLock.lockFile = ./Cargo.lock;\n'
      : `  cargoHash = "${hash(random)}";\n${random.chance(0.4) ? `  buildFeatures = [ "${word(random)}" ];\n` : ''}`
  const files = {
    'package.nix': `{
  lib,
  ${builder},
  ${fetcher},
  installShellFiles,
}:
${kind === 'go' ? 'buildGoModule' : 'rustPlatform.buildRustPackage'} rec {
  pname = "${name}";
  version = "${release}";
  src = ${src};
${own}  nativeBuildInputs = [ installShellFiles ];
  postInstall = ''
    installShellCompletion --cmd ${name} --bash <($out/bin/${name} completion bash)
  '';
  meta = {
    description = "${description(random)}";
    longDescription = ''
${paragraph(random, '      ')}
    '';
    homepage = "https://${name}.example.org";
    license = lib.licenses.${random.pick(licenses)};
    maintainers = with lib.maintainers; [ ${random.several(1, 3, () => random.pick(maintainers)).join(' ')} ];
    mainProgram = "${name}";
  };
}
`,
  }
  if (lock) {
    const crates = random.several(20, 120, index => `[[package]]\nname = "${word(random)}-${index}"\nversion = "${random.below(4)}.${random.below(20)}.${random.below(9)}"\nsource = "registry+https://crates.example.org/index"\nchecksum = "${random.bytes(32).toString('hex')}"\n`)
    files['Cargo.lock'] = `version = 4\n\n[[package]]\nname = "${name}"\nversion = "0.1.0"\n\n${crates.join('\n')}`
  }
  return files
}

/** A member of the generated set of Haskell packages. */
export function haskell(random, { name, available }) {
  const wanted = [...new Set(random.several(0, 9, () => available[Math.floor(available.length * random.next() ** 2)]))].filter(Boolean)
  const tests = [...new Set(random.several(0, 4, () => random.pick(available)))].filter(Boolean)
  const parameters = [...new Set(['mkDerivation', 'lib', ...wanted, ...tests])]
  const lines = names => names.map(item => `       ${item}`).join(' ').replace(/(.{60,74}) +/g, '$1\n')
  return `  "${name}" = callPackage
    ({ ${parameters.join(', ').replace(/(.{60,74}), /g, '$1\n     , ')}
     }:
     mkDerivation {
       pname = "${name}";
       version = "${random.below(4)}.${random.below(12)}.${random.below(9)}.${random.below(4)}";
       sha256 = "${random.bytes(32).toString('hex')}";
${random.chance(0.2) ? `       revision = "${1 + random.below(6)}";\n       editedCabalFile = "${random.bytes(32).toString('hex')}";\n` : ''}${random.chance(0.2) ? '       isLibrary = true;\n       isExecutable = true;\n' : ''}       libraryHaskellDepends = [
${lines(wanted)}
       ];
${tests.length > 0 ? `       testHaskellDepends = [ ${tests.join(' ')} ];\n` : ''}       description = "${description(random)}";
       license = lib.licenses.${random.pick(licenses)};
${random.chance(0.1) ? '       hydraPlatforms = [ ];\n' : ''}     }) {};
`
}

/** A member of the set of Perl packages. */
export function perl(random, { name, available, maintainers }) {
  const wanted = [...new Set(random.several(0, 4, () => random.pick(available)))].filter(Boolean)
  return `  ${name} = buildPerlPackage rec {
    pname = "${name}";
    version = "${random.below(4)}.${100 + random.below(800)}";
    src = fetchurl {
      url = "mirror://cpan/authors/id/${name[0]}/\${pname}-\${version}.tar.gz";
      hash = "${hash(random)}";
    };
    propagatedBuildInputs = [ ${wanted.join(' ')} ];
    meta = {
      description = "${description(random)}";
      license = with lib.licenses; [ artistic1 gpl1Plus ];
      maintainers = [ lib.maintainers.${random.pick(maintainers)} ];
    };
  };
`
}
