# The fetcher of the bootstrap: the one that is built in.
{ system }:
{
  url ? builtins.head urls,
  urls ? [ ],
  sha256 ? "",
  hash ? "",
  name ? baseNameOf (toString url),
  postFetch ? null,
  executable ? false,
  meta ? { },
  passthru ? { },
  ...
}:
assert sha256 == "" || hash == "";
import <nix/fetchurl.nix> {
  inherit system hash sha256 name executable;
  url =
    let
      m = builtins.match "mirror://([a-z]+)/(.*)" url;
    in
    if m == null then url else "https://tarballs.example.org/${builtins.elemAt m 0}/${builtins.elemAt m 1}";
}
