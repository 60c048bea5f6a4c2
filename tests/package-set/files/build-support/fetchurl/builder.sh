source "$stdenv/setup"
source "$mirrorsFile"
for url in $urls; do
    if curl --location --max-redirs 20 --retry 3 --fail $curlOpts --output "$out" "$url"; then
        runHook postFetch
        exit 0
    fi
done
echo "error: cannot download $name from any mirror"
exit 1
