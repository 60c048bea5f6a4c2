{ lib }:
rec {
  pathType = builtins.readFileType or (path: (builtins.readDir (dirOf path)).${baseNameOf path});
  pathIsDirectory = path: builtins.pathExists path && pathType path == "directory";
  pathIsRegularFile = path: builtins.pathExists path && pathType path == "regular";
  # What a file evaluates to, or a default where it is missing.
  importIfExists = path: default: if builtins.pathExists path then import path else default;
  listFilesRecursive =
    folder:
    lib.flatten (
      lib.mapAttrsToList (
        name: type: if type == "directory" then listFilesRecursive (folder + "/${name}") else folder + "/${name}"
      ) (builtins.readDir folder)
    );
  # Calls every `package.nix` below a folder, by the name of its folder.
  packagesFromDirectoryRecursive =
    { callPackage, directory }:
    lib.concatMapAttrs (
      name: type:
      if type == "directory" then
        if builtins.pathExists (directory + "/${name}/package.nix") then
          { ${name} = callPackage (directory + "/${name}/package.nix") { }; }
        else
          { ${name} = packagesFromDirectoryRecursive { inherit callPackage; directory = directory + "/${name}"; }; }
      else if lib.hasSuffix ".nix" name then
        { ${lib.removeSuffix ".nix" name} = callPackage (directory + "/${name}") { }; }
      else
        { }
    ) (builtins.readDir directory);
}
