# A package set in miniature: what every scenario beside it plans. Each build is a shell script that really runs.
let
  system = "x86_64-linux";
  flags = "-O2";
  contentAddressed = false;
  zlibComment = "first";

  addressing =
    if contentAddressed then
      { __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; }
    else
      { };
  build = args: derivation ({
    inherit system;
    builder = "/bin/sh";
    PATH = "/bin";
    args = [ "-ec" ''mkdir -p $out; echo "$content" > $out/content; for it in $keep; do ln -s $it $out/; done'' ];
  } // addressing // args);
  compiled = args: build ({ inherit flags compiler; content = "${args.name} compiled with ${flags}"; } // args);

  compiler = build { name = "compiler-14.2"; content = "a compiler"; };
  source = derivation {
    name = "source.tar.gz";
    inherit system;
    builder = "/bin/sh";
    args = [ "-c" "printf %s 'the source of app' > $out" ];
    outputHash = builtins.hashString "sha256" "the source of app";
    outputHashAlgo = "sha256";
  };
  libc = compiled { name = "libc-2.40"; };
  zlib = compiled { name = "zlib-1.3"; keep = libc; comment = zlibComment; };
  openssl = compiled { name = "openssl-3.4"; keep = [ libc zlib ]; };
  app = compiled { name = "app-1.0"; src = source; keep = [ zlib openssl ]; };
  editor = compiled { name = "editor-9.1"; keep = libc; };
  unfree = compiled { name = "unfree-7.0"; keep = libc; };
  prebuilt = build { name = "prebuilt-7.0"; content = "patched binary"; keep = libc; };
  config = build { name = "config"; content = "hostname = alpha"; keep = app; };
  secret = build { name = "secret"; content = "only here"; allowSubstitutes = false; };
  note = build { name = "note"; content = "quicker here"; preferLocalBuild = true; };
  nearby = build { name = "nearby"; content = "quicker here"; preferLocalBuild = true; keep = [ app note ]; };
in
{
  inherit compiler libc zlib openssl app editor unfree prebuilt config secret note nearby;
  machine = build { name = "machine"; content = "a system"; keep = [ app editor config ]; };
}
