import Testing

@testable import GateReports

@Suite struct OwnFileTests {
  @Test(arguments: [
    "{\"id\": 1}", "{\"schema_version\": \"1.0\", \"targets\": []}", "10.0.1.5\n",
    "target: HTTP:80/\n",
    "-----BEGIN PRIVATE KEY-----\n", "<testsuites name=\"mine\">", "## promote: it\n",
    "# HELP node_up x\n", "OK - all well\n", "rollback: by hand\n",
    "{\"seq\":0,\"t\":0,\"event\":\"run_started\",\"schema_version\":\"1.0\"}\n",
  ])
  func whatOthersHaveWrittenIsNotHealthgates(_ text: String) {
    #expect(!OwnFile.isOutput(Array(text.utf8)))
    #expect(!OwnFile.isAttestation(Array(text.utf8)))
  }

  @Test func nothingIsLostWithAnEmptyFile() {
    #expect(OwnFile.isOutput([]))
  }

  @Test func anotherToolsAttestationIsNotHealthgates() {
    let other = """
      {"_type":"https://in-toto.io/Statement/v1","predicateType":"https://in-toto.io/attestation/test-result/v0.1",
       "predicate":{"result":"PASSED"}}
      """
    #expect(!OwnFile.isAttestation(Array(other.utf8)))
  }
}
