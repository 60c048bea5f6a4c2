{ lib }:
let
  hashTypes = [ "sha256" "sha512" "sha1" ];
  fakes = {
    sha256 = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    sha512 = "sha512-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";
    sha1 = "sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  };
in
rec {
  proxyImpureEnvVars = [ "http_proxy" "https_proxy" "ftp_proxy" "all_proxy" "no_proxy" ];

  # One of `hash`, `sha256`, `sha512`… becomes `outputHash` and `outputHashAlgo`.
  normalizeHash =
    args:
    let
      given = lib.filter (name: args.${name} or null != null) ([ "hash" ] ++ hashTypes);
      name = lib.head given;
      value = args.${name};
    in
    if given == [ ] then
      throw "a fetcher needs one of ${lib.concatStringsSep ", " hashTypes} or hash"
    else if lib.length given > 1 then
      throw "a fetcher got more than one hash: ${lib.concatStringsSep ", " given}"
    else
      removeAttrs args ([ "hash" ] ++ hashTypes)
      // (
        if name == "hash" then
          {
            outputHash = if value == "" then fakes.sha256 else value;
            outputHashAlgo = null;
          }
        else
          {
            outputHash = if value == "" then fakes.${name} else value;
            outputHashAlgo = name;
          }
      );

  withNormalizedHash =
    fetcher:
    lib.setFunctionArgs (args: fetcher (normalizeHash args)) (
      removeAttrs (lib.functionArgs fetcher) [ "outputHash" "outputHashAlgo" ]
      // lib.genAttrs ([ "hash" ] ++ hashTypes) (_: true)
    );
}
