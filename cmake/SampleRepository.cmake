# What `regent init` writes is the demo that the tests run, so that the two never differ.
set(SAMPLE_FOLDER "${PROJECT_SOURCE_DIR}/manifests/demo")
file(READ "${SAMPLE_FOLDER}/environments/demo.regent.yaml" SAMPLE_ENVIRONMENT)
file(READ "${SAMPLE_FOLDER}/base/arm-connector.regent.yaml" SAMPLE_MANIFEST)
file(READ "${SAMPLE_FOLDER}/base/openapi/arm-list-subscriptions.swagger.json" SAMPLE_OPENAPI)
configure_file("${PROJECT_SOURCE_DIR}/daemon/cli/sample_repository.hpp.in"
               "${PROJECT_BINARY_DIR}/generated/cli/sample_repository.hpp" @ONLY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             "${SAMPLE_FOLDER}/environments/demo.regent.yaml" "${SAMPLE_FOLDER}/base/arm-connector.regent.yaml"
             "${SAMPLE_FOLDER}/base/openapi/arm-list-subscriptions.swagger.json")
