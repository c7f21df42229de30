# SPDX-License-Identifier: AGPL-3.0-or-later
# Makes the settings file of the service from what the program says of its options:
#   cmake -DPROGRAM=jalon -DOUT=jalon.conf -P conf.cmake
execute_process(COMMAND ${PROGRAM} config OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
file(WRITE ${OUT} "# Settings of the Jalon service: man jalon. After a change: systemctl restart jalon
# What is commented out is the default; the data folder is /var/lib/jalon, by the service's unit.

${text}")
