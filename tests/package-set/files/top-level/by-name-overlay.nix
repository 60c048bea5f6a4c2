# Packages by the name of their folder: `by-name/XX/NAME/package.nix`.
baseDirectory:
let
  inherit (builtins) attrNames concatMap listToAttrs mapAttrs readDir elemAt;
  namesForShard =
    shard: type:
    if type != "directory" then
      { }
    else
      mapAttrs (name: _: baseDirectory + "/${shard}/${name}/package.nix") (readDir (baseDirectory + "/${shard}"));
  # The set is complete without: then it is only the core.
  shards = if builtins.pathExists baseDirectory then readDir baseDirectory else { };
  packageFiles = builtins.foldl' (all: shard: all // shard) { } (
    builtins.attrValues (mapAttrs namesForShard shards)
  );
in
self: super:
{
  # Before overlays, to tell which packages came from here.
  _internalCallByNamePackageFile = file: self.callPackage file { };
}
// mapAttrs (name: value: self._internalCallByNamePackageFile value) packageFiles
