{
  lib,
  buildPackages ? { inherit stdenvNoCC; },
  stdenvNoCC,
  curl,
  cacert ? null,
}:
let
  mirrors = import ./mirrors.nix;
  mirrorsFile = buildPackages.stdenvNoCC.mkDerivation (
    {
      name = "mirrors-list";
      strictDeps = true;
      builder = ./write-mirror-list.sh;
      preferLocalBuild = true;
    }
    // mirrors
  );
  sites = builtins.attrNames mirrors;
  resolve =
    url:
    let
      parsed = builtins.match "mirror://([[:alpha:]]+)/(.+)" url;
      mirror = mirrors.${builtins.head parsed} or (throw "unknown mirror:// site '${builtins.head parsed}'");
    in
    if parsed == null || url == "" then [ url ] else map (prefix: prefix + builtins.elemAt parsed 1) mirror;
in
lib.makeOverridable (
  {
    url ? "",
    urls ? [ ],
    name ? "",
    pname ? "",
    version ? "",
    curlOpts ? "",
    curlOptsList ? [ ],
    outputHash ? "",
    outputHashAlgo ? "",
    md5 ? "",
    sha1 ? "",
    sha256 ? "",
    sha512 ? "",
    hash ? "",
    recursiveHash ? false,
    showURLs ? false,
    downloadToTemp ? false,
    postFetch ? "",
    executable ? false,
    netrcPhase ? null,
    nativeBuildInputs ? [ ],
    preferLocalBuild ? true,
    meta ? { },
    passthru ? { },
  }@args:
  let
    preRewriteUrls =
      if urls != [ ] && url == "" then
        (if lib.isList urls then urls else throw "`urls` is not a list")
      else if urls == [ ] && url != "" then
        (if lib.isString url then [ url ] else throw "`url` is not a string")
      else
        throw "fetchurl requires either `url` or `urls` to be set: ${lib.generators.toPretty { } args}";
    urls_ = preRewriteUrls;

    hash_ =
      if lib.count (h: h != "") [ md5 hash sha1 sha256 sha512 ] > 1 then
        throw "multiple hashes passed to fetchurl: ${lib.generators.toPretty { } urls_}"
      else if hash != "" then
        {
          outputHashAlgo = null;
          outputHash = hash;
        }
      else if md5 != "" then
        throw "fetchurl does not support md5 anymore, please use sha256 or sha512"
      else if outputHash != "" then
        if outputHashAlgo != "" then { inherit outputHashAlgo outputHash; } else throw "fetchurl was passed outputHash without outputHashAlgo: ${lib.generators.toPretty { } urls_}"
      else if sha512 != "" then
        {
          outputHashAlgo = "sha512";
          outputHash = sha512;
        }
      else if sha256 != "" then
        {
          outputHashAlgo = "sha256";
          outputHash = sha256;
        }
      else if sha1 != "" then
        {
          outputHashAlgo = "sha1";
          outputHash = sha1;
        }
      else if cacert != null then
        {
          outputHashAlgo = "sha256";
          outputHash = "";
        }
      else
        throw "fetchurl requires a hash for fixed-output derivation: ${lib.generators.toPretty { } urls_}";
  in
  assert lib.assertMsg (lib.isList curlOptsList) "`curlOptsList` is not a list";
  stdenvNoCC.mkDerivation (
    (
      if pname != "" && version != "" then
        { inherit pname version; }
      else
        {
          name =
            if showURLs then
              "urls"
            else if name != "" then
              name
            else
              baseNameOf (toString (builtins.head urls_));
        }
    )
    // {
      builder = ./builder.sh;
      nativeBuildInputs = [ curl ] ++ nativeBuildInputs;
      urls = urls_;
      # Without network in sight the mirrors are tried in their order.
      preferHashedMirrors = true;
      inherit (hash_) outputHashAlgo outputHash;
      # The cache of files by their hashes must not be asked for a file that an expression makes.
      SSL_CERT_FILE = if cacert != null then "${cacert}/etc/ssl/certs/ca-bundle.crt" else "/no-cert-file.crt";
      outputHashMode = if recursiveHash || executable then "recursive" else "flat";
      inherit curlOpts curlOptsList showURLs mirrorsFile postFetch downloadToTemp executable preferLocalBuild;
      impureEnvVars = lib.fetchers.proxyImpureEnvVars ++ map (site: "NIX_MIRRORS_${site}") sites;
      nixpkgsVersion = lib.trivial.release;
      inherit meta;
      passthru = {
        inherit url resolve;
        resolvedUrl = lib.head (lib.concatMap resolve urls_);
      }
      // passthru;
    }
    // (if netrcPhase == null then { } else { inherit netrcPhase; })
  )
)
