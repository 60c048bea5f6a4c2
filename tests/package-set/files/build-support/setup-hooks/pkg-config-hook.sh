# Puts pkg-config into the phases of a build.
pkg_configConfigurePhase() {
    runHook preConfigure
    echo "pkg-config at @path@"
    runHook postConfigure
}
if [ -z "${dontUse_pkg_config:-}" ] && [ -z "${configurePhase:-}" ]; then preConfigurePhases+=" pkg_configConfigurePhase"; fi
