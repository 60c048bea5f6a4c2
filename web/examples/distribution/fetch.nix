# Fixed-output derivations: the author states the hash of the result in advance. Nix may
# then use the network, and the output path is computed from that hash alone. Moving the
# file to another server changes the recipe (.drv) but no output path.
#
# The hashes in this example are well-formed but invented: nothing is ever downloaded.

{
  fetchurl =
    { url
    , hash                                # as "sha256-…" (SRI)
    , name ? baseNameOf url
    , executable ? false                  # a file that can be run as it is
    , meta ? { }
    }:
    derivation {
      inherit name url executable;
      builder = "builtin:fetchurl";
      system = "builtin";
      unpack = false;

      outputHash = hash;
      # The executable bit is not part of a file's bytes, but it is part of its archive.
      outputHashMode = if executable then "recursive" else "flat";

      # Downloading on a remote builder would only move the file twice.
      preferLocalBuild = true;
      impureEnvVars = [ "http_proxy" "https_proxy" "no_proxy" ];
    } // { inherit meta; };
}
