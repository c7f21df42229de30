# SPDX-License-Identifier: AGPL-3.0-or-later
# Read by the lint scripts: the files that are ours, without what a build or npm made.

# list_files: paths below the current folder, one a line; what git knows or would add, or in an
# unpacked archive everything.
list_files() {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git ls-files --cached --others --exclude-standard | while IFS= read -r path; do
            [ ! -f "$path" ] || printf '%s\n' "$path"
        done
    else
        find . \( -name '.git' -o -name node_modules -o -path './build*' -o -path ./jalon-data \) \
            -prune -o -type f -print | sed 's|^\./||'
    fi | LC_ALL=C sort
}
