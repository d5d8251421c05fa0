# Where things go, below CMAKE_INSTALL_PREFIX. The Debian package is made from this (debian/rules). What the program itself can say, its
# completions, manual pages and schemas, is asked of the built program while packaging, see tools/manual.

include(GNUInstallDirs)
# Debian 12 keeps units in /lib, outside the prefix; the package preset says so.
set(REGENT_SYSTEMD_UNIT_DIR "lib/systemd/system" CACHE STRING "where systemd's units go")

install(TARGETS regent regent-simulator RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(PROGRAMS systemd/report DESTINATION "${CMAKE_INSTALL_LIBEXECDIR}/regent")
install(FILES systemd/regent.service systemd/regent@.service systemd/regent-report.service systemd/regent-report.timer
        DESTINATION "${REGENT_SYSTEMD_UNIT_DIR}")
install(FILES systemd/regent.sysusers DESTINATION lib/sysusers.d RENAME regent.conf)
install(FILES systemd/regent.tmpfiles DESTINATION lib/tmpfiles.d RENAME regent.conf)
install(FILES systemd/regent.catalog DESTINATION lib/systemd/catalog)
# For reading only: it holds an address at most. What is secret is a credential.
install(FILES systemd/regent.yaml DESTINATION "${CMAKE_INSTALL_SYSCONFDIR}/regent")
install(FILES systemd/regent-report.default DESTINATION "${CMAKE_INSTALL_SYSCONFDIR}/default" RENAME regent-report)
install(DIRECTORY schema/v1 DESTINATION "${CMAKE_INSTALL_DATADIR}/regent/schema" FILES_MATCHING PATTERN "*.schema.json")
install(DIRECTORY manifests/demo DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples")
install(DIRECTORY manifests/examples/ DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples/estate")
install(FILES docs/examples/alerts.yaml docs/examples/grafana-dashboard.json DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples")
