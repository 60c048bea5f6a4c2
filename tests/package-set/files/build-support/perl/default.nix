# Packages of CPAN.
{
  lib,
  stdenv,
  perl,
  toPerlModule,
}:
{
  buildInputs ? [ ],
  nativeBuildInputs ? [ ],
  outputs ? [ "out" "devdoc" ],
  src ? null,
  checkTarget ? "test",
  doCheck ? true,
  PERL_AUTOINSTALL ? "--skipdeps",
  enableParallelBuilding ? true,
  ...
}@attrs:
lib.throwIf (attrs ? name) "buildPerlPackage: `name` is deprecated, use `pname` and `version` instead" (
  let
    defaultMeta = {
      homepage = "https://metacpan.example.org/dist/${attrs.pname}";
      inherit (perl.meta) platforms;
    };
    package = stdenv.mkDerivation (
      attrs
      // {
        name = "perl${perl.version}-${attrs.pname}-${attrs.version}";
        builder = ./builder.sh;
        buildInputs = buildInputs ++ [ perl ];
        nativeBuildInputs = nativeBuildInputs ++ [ perl ];
        inherit outputs src doCheck checkTarget enableParallelBuilding;
        env = {
          inherit PERL_AUTOINSTALL;
          AUTOMATED_TESTING = true;
          PERL_USE_UNSAFE_INC = "1";
          fullperl = "${perl}/bin/perl";
        }
        // attrs.env or { };
        meta = defaultMeta // (attrs.meta or { });
      }
    );
  in
  toPerlModule package
)
