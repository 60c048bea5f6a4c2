# Packages that are made of a few lines.
{
  lib,
  config,
  runtimeShell,
  stdenv,
  stdenvNoCC,
  jq,
  lndir,
  shellcheck-minimal,
  buildPackages,
}:
let
  inherit (lib) optionalAttrs warn;
in
rec {
  runCommand = name: env: runCommandWith {
    stdenv = stdenvNoCC;
    runLocal = false;
    inherit name;
    derivationArgs = env;
  };
  runCommandLocal = name: env: runCommandWith {
    stdenv = stdenvNoCC;
    runLocal = true;
    inherit name;
    derivationArgs = env;
  };
  runCommandCC = name: env: runCommandWith {
    inherit stdenv name;
    runLocal = false;
    derivationArgs = env;
  };
  runCommandWith =
    let
      defaultStdenv = stdenv;
    in
    {
      stdenv ? defaultStdenv,
      runLocal ? false,
      derivationArgs ? { },
      name,
    }:
    buildCommand:
    stdenv.mkDerivation (
      {
        enableParallelBuilding = true;
        inherit buildCommand name;
        passAsFile = [ "buildCommand" ] ++ (derivationArgs.passAsFile or [ ]);
      }
      // optionalAttrs (!derivationArgs ? meta) {
        pos =
          let
            args = builtins.attrNames derivationArgs;
          in
          if builtins.length args > 0 then builtins.unsafeGetAttrPos (builtins.head args) derivationArgs else null;
      }
      // optionalAttrs runLocal {
        preferLocalBuild = true;
        allowSubstitutes = false;
      }
      // builtins.removeAttrs derivationArgs [ "passAsFile" ]
    );
  writeTextFile =
    {
      name,
      text,
      executable ? false,
      destination ? "",
      checkPhase ? "",
      meta ? { },
      passthru ? { },
      allowSubstitutes ? false,
      preferLocalBuild ? true,
      derivationArgs ? { },
    }:
    assert lib.assertMsg (destination != "" -> (lib.hasPrefix "/" destination && destination != "/")) ''
      destination must be an absolute path, relative to the derivation's out path,
      got '${destination}' instead.
    '';
    let
      matches = builtins.match "/bin/([^/]+)" destination;
    in
    runCommand name (
      {
        inherit text executable checkPhase allowSubstitutes preferLocalBuild;
        passAsFile = [ "text" ] ++ derivationArgs.passAsFile or [ ];
        meta = lib.optionalAttrs (executable && matches != null) { mainProgram = lib.head matches; } // meta // derivationArgs.meta or { };
        passthru = passthru // derivationArgs.passthru or { };
      }
      // removeAttrs derivationArgs [ "passAsFile" "meta" "passthru" ]
    ) ''
      target=$out${lib.escapeShellArg destination}
      mkdir -p "$(dirname "$target")"
      if [ -e "$textPath" ]; then mv "$textPath" "$target"; else echo -n "$text" > "$target"; fi
      if [ -n "$executable" ]; then chmod +x "$target"; fi
      eval "$checkPhase"
    '';
  writeText = name: text: writeTextFile { inherit name text; };
  writeTextDir = path: text: writeTextFile {
    inherit text;
    name = builtins.baseNameOf path;
    destination = "/${path}";
  };
  writeScript = name: text: writeTextFile {
    inherit name text;
    executable = true;
  };
  writeScriptBin = name: text: writeTextFile {
    inherit name text;
    executable = true;
    destination = "/bin/${name}";
  };
  writeShellScript = name: text: writeTextFile {
    inherit name;
    executable = true;
    text = ''
      #!${runtimeShell}
      ${text}
    '';
    checkPhase = ''
      ${stdenv.shellDryRun or "${stdenv.shell} -n -O extglob"} "$target"
    '';
  };
  writeShellApplication =
    {
      name,
      text,
      runtimeInputs ? [ ],
      runtimeEnv ? null,
      meta ? { },
      passthru ? { },
      checkPhase ? null,
      excludeShellChecks ? [ ],
      bashOptions ? [ "errexit" "nounset" "pipefail" ],
      inheritPath ? true,
    }:
    writeTextFile {
      inherit name meta passthru;
      executable = true;
      destination = "/bin/${name}";
      allowSubstitutes = true;
      preferLocalBuild = false;
      text = ''
        #!${runtimeShell}
        ${lib.concatMapStringsSep "\n" (option: "set -o ${option}") bashOptions}
      ''
      + lib.optionalString (runtimeEnv != null) (
        lib.concatStrings (
          lib.mapAttrsToList (name: value: ''
            ${lib.toShellVar name value}
            export ${name}
          '') runtimeEnv
        )
      )
      + lib.optionalString (runtimeInputs != [ ]) ''

        export PATH="${lib.makeBinPath runtimeInputs}${lib.optionalString inheritPath ":$PATH"}"
      ''
      + ''

        ${text}
      '';
      checkPhase = if checkPhase == null then "${stdenv.shell} -n \"$target\"" else checkPhase;
    };
  symlinkJoin =
    args_@{
      name ? assert lib.assertMsg (args_ ? pname && args_ ? version) "symlinkJoin needs a name, or pname and version"; "${args_.pname}-${args_.version}",
      paths,
      stripPrefix ? "",
      preferLocalBuild ? true,
      allowSubstitutes ? false,
      postBuild ? "",
      ...
    }:
    let
      mapPaths = f: paths: map (path: if path == null then null else if lib.isList path then mapPaths f path else f path) paths;
      args = removeAttrs args_ [ "name" "postBuild" "stripPrefix" "paths" ] // {
        inherit preferLocalBuild allowSubstitutes;
        paths = mapPaths (path: "${path}${stripPrefix}") paths;
        passAsFile = [ "paths" ];
      };
    in
    runCommand name args ''
      mkdir -p $out
      for i in $(cat $pathsPath); do
        ${lndir}/bin/lndir -silent $i $out
      done
      ${postBuild}
    '';
  linkFarm =
    name: entries:
    let
      entries' =
        if lib.isAttrs entries then
          entries
        else
          lib.listToAttrs (map (entry: lib.nameValuePair entry.name entry.path) entries);
      linkCommands = lib.mapAttrsToList (name: path: ''
        mkdir -p -- ${lib.escapeShellArg "${dirOf name}"}
        ln -s -- ${lib.escapeShellArg "${path}"} ${lib.escapeShellArg "${name}"}
      '') entries';
    in
    runCommand name {
      preferLocalBuild = true;
      allowSubstitutes = false;
      passthru.entries = entries';
    } ''
      mkdir -p $out
      cd $out
      ${lib.concatStrings linkCommands}
    '';
  concatTextFile =
    { name, files, executable ? false, destination ? "", meta ? { } }:
    runCommandLocal name { inherit files executable destination meta; } ''
      file=$out$destination
      mkdir -p "$(dirname "$file")"
      cat $files > "$file"
      if [ -n "$executable" ]; then chmod +x "$file"; fi
    '';
  writeReferencesToFile = path: runCommand "runtime-deps" { exportReferencesGraph = [ "graph" path ]; } ''
    touch $out
    while read path; do
      echo $path >> $out
      read dummy
      read nrRefs
      for ((i = 0; i < nrRefs; i++)); do read ref; done
    done < graph
  '';
  emptyFile = runCommand "empty-file" {
    outputHash = "sha256-d6xi4mKdjkX2JFicDIv5niSzpyI0m/Hnm8GGAIU04kY=";
    outputHashMode = "recursive";
    preferLocalBuild = true;
  } "touch $out";
  emptyDirectory = runCommand "empty-directory" {
    outputHash = "sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo=";
    outputHashMode = "recursive";
    preferLocalBuild = true;
  } "mkdir $out";
  replaceVars =
    src: replacements:
    let
      subst = lib.mapAttrsToList (name: value: if value == null then [ ] else [ "--replace-fail" "@${name}@" "${value}" ]) replacements;
      left = lib.attrNames (lib.filterAttrs (_: value: value == null) replacements);
    in
    runCommandLocal (baseNameOf src) { inherit src; } ''
      substitute $src $out ${lib.escapeShellArgs (lib.concatLists subst)}
      ${lib.optionalString (left != [ ]) "# left: ${toString left}"}
    '';
}
