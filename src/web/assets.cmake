# SPDX-License-Identifier: AGPL-3.0-or-later
# The browser client: npm fetches what package-lock.json names, build.mjs bundles it into a folder of
# the build, and what is there is built into the program. Included by src/CMakeLists.txt.
#
# `node build.mjs FOLDER` writes the finished files, and nothing else, into FOLDER.
set(web ${CMAKE_CURRENT_SOURCE_DIR}/web)
set(web_table ${CMAKE_CURRENT_BINARY_DIR}/embedded/web_assets.c)
set(web_dist ${CMAKE_CURRENT_BINARY_DIR}/web-dist)
file(GLOB web_sources CONFIGURE_DEPENDS
    ${web}/*.ts ${web}/*.css ${web}/*.html ${web}/*.svg ${web}/*.mjs ${web}/*.json
    ${web}/community/*.ts ${web}/locales/*.json)

if(JALON_WEB AND EXISTS ${web}/build.mjs)
    find_program(NODE node REQUIRED)

    jalon_npm_modules(${web} web_modules)
    add_custom_command(OUTPUT ${web_table}
        COMMAND ${CMAKE_COMMAND} -E rm -rf ${web_dist}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${web_dist}
        COMMAND ${NODE} build.mjs ${web_dist}
        COMMAND sh -c "find \"$2\" -type f -exec \"$0\" \"$1\" web_assets \"$2\" '' {} +"
            $<TARGET_FILE:jalon_embed_tool> ${web_table} ${web_dist}
        DEPENDS jalon_embed_tool ${web_modules} ${web_sources}
        WORKING_DIRECTORY ${web} COMMENT "Building the browser client" VERBATIM)
else()
    add_custom_command(OUTPUT ${web_table}
        COMMAND jalon_embed_tool ${web_table} web_assets ${web_dist} ""
        DEPENDS jalon_embed_tool VERBATIM)
endif()
target_sources(jalon_web PRIVATE ${web_table})
