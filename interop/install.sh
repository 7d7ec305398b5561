# Installs implementations that are not ours from the package registries, into target/interop. To be sourced from the
# project's folder.

# Registries have their moments.
with_retries() {
    local attempt
    for attempt in 1 2 3; do
        "$@" && return
        echo "attempt $attempt failed: $*" >&2
        sleep $((attempt * 10))
    done
    "$@"
}
install_python() {
    local folder=$1
    shift
    rm -rf "$folder" && python3 -m venv "$folder" && "$folder/bin/pip" install --quiet --retries 10 "$@"
}
install_npm() {
    local folder=$1
    shift
    rm -rf "$folder" && mkdir -p "$folder" && echo '{"private":true}' >"$folder/package.json" &&
        npm --prefix "$folder" install --silent --no-audit --no-fund --no-package-lock --no-update-notifier "$@"
}
# Prints where the packages are: installed TEST python|npm PACKAGE... A list with another version is installed anew, and one
# that was not finished too.
installed() {
    local test=$1 kind=$2 folder
    shift 2
    folder=target/interop/$test-$kind-$(cksum <<<"$*" | cut -d' ' -f1)
    if [ ! -e "$folder/complete" ]; then
        with_retries "install_$kind" "$folder" "$@" >&2
        touch "$folder/complete"
    fi
    echo "$folder"
}
