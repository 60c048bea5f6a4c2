# The phases of a build, and the hooks around them.
set -eu -o pipefail
shopt -s nullglob

runHook() {
    local name="$1"; shift
    local hook
    for hook in "_callImplicitHook 0 $name" $(eval "echo \${${name%Hook}Hooks[@]:-}"); do
        $hook "$@"
    done
}
_callImplicitHook() {
    local default="$1" name="$2"
    if declare -F "$name" > /dev/null; then "$name"; elif [ -n "${!name:-}" ]; then eval "${!name}"; else return "$default"; fi
}
addToSearchPath() { local -n variable="$1"; if [ -d "$2" ]; then variable="${variable:-}${variable:+:}$2"; fi; }

PATH=
for folder in $initialPath; do addToSearchPath PATH "$folder/bin"; done
export PATH SHELL SOURCE_DATE_EPOCH=315532800

declare -A seenInputs
findInputs() {
    local package="$1" offset="$2" next file
    if [ -n "${seenInputs[$package:$offset]:-}" ]; then return; fi
    seenInputs[$package:$offset]=1
    if [ -f "$package" ]; then source "$package"; return; fi
    addToSearchPath PATH "$package/bin"
    for file in propagated-build-inputs propagated-native-build-inputs; do
        if [ -f "$package/nix-support/$file" ]; then
            for next in $(< "$package/nix-support/$file"); do findInputs "$next" "$offset"; done
        fi
    done
    if [ -f "$package/nix-support/setup-hook" ]; then source "$package/nix-support/setup-hook"; fi
}
for input in $defaultNativeBuildInputs ${nativeBuildInputs:-} ${propagatedNativeBuildInputs:-}; do findInputs "$input" -1; done
for input in $defaultBuildInputs ${buildInputs:-} ${propagatedBuildInputs:-}; do findInputs "$input" 0; done

unpackPhase() {
    runHook preUnpack
    local source
    for source in ${srcs:-${src:-}}; do
        if [ -d "$source" ]; then cp -r "$source" source; chmod -R u+w source; else tar xf "$source"; fi
    done
    cd "${sourceRoot:-$(ls -d */ | head -n 1)}"
    runHook postUnpack
}
patchPhase() {
    runHook prePatch
    local file
    for file in ${patches:-}; do patch ${patchFlags:--p1} < "$file"; done
    runHook postPatch
}
configurePhase() {
    runHook preConfigure
    if [ -x ./configure ]; then ./configure --prefix="$out" ${configureFlags:-}; fi
    runHook postConfigure
}
buildPhase() { runHook preBuild; make ${enableParallelBuilding:+-j$NIX_BUILD_CORES} ${makeFlags:-} ${buildFlags:-}; runHook postBuild; }
checkPhase() { runHook preCheck; make ${makeFlags:-} ${checkTarget:-check}; runHook postCheck; }
installPhase() { runHook preInstall; make ${makeFlags:-} ${installTargets:-install}; runHook postInstall; }
fixupPhase() { runHook preFixup; local output; for output in $outputs; do prefix="${!output}" runHook fixupOutput; done; runHook postFixup; }
installCheckPhase() { runHook preInstallCheck; runHook postInstallCheck; }

genericBuild() {
    local phase
    for phase in ${phases:-${prePhases:-} unpackPhase patchPhase ${preConfigurePhases:-} configurePhase buildPhase checkPhase installPhase fixupPhase installCheckPhase ${postPhases:-}}; do
        if [ "$phase" = checkPhase ] && [ -z "${doCheck:-}" ]; then continue; fi
        if [ "$phase" = installCheckPhase ] && [ -z "${doInstallCheck:-}" ]; then continue; fi
        if [ "$phase" = configurePhase ] && [ -n "${dontConfigure:-}" ]; then continue; fi
        if [ "$phase" = buildPhase ] && [ -n "${dontBuild:-}" ]; then continue; fi
        echo "Running phase: $phase"
        eval "${!phase:-$phase}"
    done
}
