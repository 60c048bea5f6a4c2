# Puts update-autotools-gnu-config-scripts into the phases of a build.
update_autotools_gnu_config_scriptsConfigurePhase() {
    runHook preConfigure
    echo "update-autotools-gnu-config-scripts at @path@"
    runHook postConfigure
}
if [ -z "${dontUse_update_autotools_gnu_config_scripts:-}" ] && [ -z "${configurePhase:-}" ]; then preConfigurePhases+=" update_autotools_gnu_config_scriptsConfigurePhase"; fi
