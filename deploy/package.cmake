# SPDX-License-Identifier: AGPL-3.0-or-later
# The Debian package: `cpack --config build/CPackConfig.cmake`, or `make package`. What only a system
# wants (service, settings, man page) is the component "system": an installed tree goes without.

if(NOT TARGET jalon)
    return()
endif()

# What the program says of itself.
set(package ${PROJECT_BINARY_DIR}/package)
file(MAKE_DIRECTORY ${package})
add_custom_command(OUTPUT ${package}/jalon.conf
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:jalon> -DOUT=${package}/jalon.conf
            -P ${CMAKE_CURRENT_LIST_DIR}/conf.cmake
    DEPENDS jalon ${CMAKE_CURRENT_LIST_DIR}/conf.cmake VERBATIM)
add_custom_command(OUTPUT ${package}/jalon.1
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:jalon> -DVERSION=${PROJECT_VERSION}
            -DTEMPLATE=${CMAKE_CURRENT_LIST_DIR}/jalon.1.in -DOUT=${package}/jalon.1
            -P ${CMAKE_CURRENT_LIST_DIR}/man.cmake
    DEPENDS jalon ${CMAKE_CURRENT_LIST_DIR}/man.cmake ${CMAKE_CURRENT_LIST_DIR}/jalon.1.in VERBATIM)
add_custom_target(jalon_package_files ALL DEPENDS ${package}/jalon.conf ${package}/jalon.1)

install(FILES ${package}/jalon.conf DESTINATION /etc/jalon COMPONENT system EXCLUDE_FROM_ALL)
install(FILES ${package}/jalon.1 DESTINATION share/man/man1 COMPONENT system EXCLUDE_FROM_ALL)
install(FILES deploy/jalon.service DESTINATION lib/systemd/system COMPONENT system
        EXCLUDE_FROM_ALL)
install(FILES deploy/nginx.conf deploy/Caddyfile DESTINATION share/doc/jalon/examples
        COMPONENT system EXCLUDE_FROM_ALL)
install(DIRECTORY deploy/postgres DESTINATION share/doc/jalon/examples
        COMPONENT system EXCLUDE_FROM_ALL USE_SOURCE_PERMISSIONS)

file(WRITE ${package}/conffiles "/etc/jalon/jalon.conf\n")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME jalon)
set(CPACK_PACKAGE_CONTACT "The Jalon maintainers <jalon@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "maps that a community writes together")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Jalon is the backend of maps that a community writes together: contributions with
history, an OGC API, vector tiles, clusters, statistics and a page for people, from one
program and one database file.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, proj-data")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "nginx | caddy")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_CURRENT_LIST_DIR}/debian/postinst ${CMAKE_CURRENT_LIST_DIR}/debian/prerm
    ${CMAKE_CURRENT_LIST_DIR}/debian/postrm ${package}/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_SET_DESTDIR ON) # for /etc
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL Unspecified system)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
include(CPack)
