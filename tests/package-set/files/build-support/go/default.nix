# Go modules: what they need is fetched once, by a derivation with a fixed output.
{
  lib,
  stdenv,
  go,
  cacert,
  git,
}:
lib.makeOverridable (
  args':
  let
    args = if lib.isFunction args' then lib.fix args' else args';
    attrs =
      {
        vendorHash ? throw "buildGoModule: vendorHash is missing, set it to null or to a hash",
        proxyVendor ? false,
        modRoot ? "./",
        subPackages ? null,
        ldflags ? [ ],
        tags ? [ ],
        nativeBuildInputs ? [ ],
        passthru ? { },
        doCheck ? true,
        meta ? { },
        ...
      }:
      let
        goModules =
          if vendorHash == null then
            ""
          else
            stdenv.mkDerivation {
              name = "${args.name or "${args.pname}-${args.version}"}-go-modules";
              nativeBuildInputs = nativeBuildInputs ++ [ go git cacert ];
              inherit (args) src;
              inherit (go) GOOS GOARCH;
              inherit modRoot;
              patches = args.patches or [ ];
              env.GO111MODULE = "on";
              configurePhase = ''
                export GOCACHE=$TMPDIR/go-cache
                export GOPATH="$TMPDIR/go"
                cd "${modRoot}"
              '';
              buildPhase = if proxyVendor then "go mod download" else "go mod vendor";
              installPhase = "cp -r --reflink=auto ${if proxyVendor then "$GOPATH/pkg/mod/cache/download" else "vendor"} $out";
              dontFixup = true;
              outputHashMode = "recursive";
              outputHash = vendorHash;
              outputHashAlgo = if vendorHash == "" then "sha256" else null;
              impureEnvVars = lib.fetchers.proxyImpureEnvVars ++ [ "GIT_PROXY_COMMAND" "GOPROXY" ];
            };
      in
      stdenv.mkDerivation (
        removeAttrs args [ "vendorHash" "ldflags" "tags" "subPackages" "proxyVendor" ]
        // {
          nativeBuildInputs = [ go ] ++ nativeBuildInputs;
          inherit (go) GOOS GOARCH;
          inherit goModules modRoot;
          GOFLAGS = [ "-trimpath" ] ++ lib.optional (!proxyVendor && vendorHash != null) "-mod=vendor" ++ lib.optional (tags != [ ]) "-tags=${lib.concatStringsSep "," tags}";
          ldflags = ldflags ++ lib.optional (!lib.any (lib.hasPrefix "-buildid=") ldflags) "-buildid=";
          subPackages = subPackages;
          env = { CGO_ENABLED = "1"; GO111MODULE = "on"; } // args.env or { };
          configurePhase = args.configurePhase or ''
            runHook preConfigure
            export GOCACHE=$TMPDIR/go-cache GOPATH="$TMPDIR/go"
            ${lib.optionalString (vendorHash != null) "cp -r --reflink=auto ${goModules} vendor"}
            runHook postConfigure
          '';
          buildPhase = args.buildPhase or ''
            runHook preBuild
            for pkg in $(getGoDirs ""); do buildGoDir install "$pkg"; done
            runHook postBuild
          '';
          strictDeps = true;
          inherit doCheck;
          disallowedReferences = [ go ];
          passthru = { inherit go goModules vendorHash; } // passthru;
          meta = { platforms = go.meta.platforms or lib.platforms.all; } // meta;
        }
      );
  in
  attrs args
)
