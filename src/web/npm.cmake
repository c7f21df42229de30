# SPDX-License-Identifier: AGPL-3.0-or-later
# What npm fetches for a folder with a package.json and a package-lock.json.

# Sets `out` to a file that is there when the modules are: something to depend on. The modules lie in
# the source folder, shared by all build folders; the mark goes when npm is run by hand.
function(jalon_npm_modules folder out)
    find_program(NPM npm REQUIRED)
    set(mark ${folder}/node_modules/.complete)
    add_custom_command(OUTPUT ${mark}
        COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error
        COMMAND ${CMAKE_COMMAND} -E touch ${mark}
        DEPENDS ${folder}/package-lock.json ${folder}/package.json
        WORKING_DIRECTORY ${folder} COMMENT "Fetching the modules of ${folder}" VERBATIM)
    set(${out} ${mark} PARENT_SCOPE)
endfunction()
