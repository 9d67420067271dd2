import Testing

@testable import InstanceSources

@Suite struct CredentialChainTests {
  static let config = "/home/me/.aws/config"

  private func credentials(on machine: FakeMachine) throws -> AWSCredentials {
    try AWSClient(AWSSession(machine.hostEnvironment)).credentials()
  }

  /// An instance metadata service, a container's agent, and STS that names the role it was asked for.
  private static func network(_ request: HTTPRequest) -> Result<HTTPResponse, HTTPFailure> {
    if let call = FormCall(request) {
      let source = call.signing?.credentials.accessKeyID.revealed ?? "unsigned"
      let role = call.parameters["RoleArn"] ?? ""
      return .success(
        .xml(
          """
          <\(call.action)Response><\(call.action)Result><Credentials>
          <AccessKeyId>\(role)-by-\(source)</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
          <SessionToken>t</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration>
          </Credentials></\(call.action)Result></\(call.action)Response>
          """))
    }
    func document(_ key: String) -> Result<HTTPResponse, HTTPFailure> {
      .success(
        .xml(
          #"{"Code":"Success","AccessKeyId":"\#(key)","SecretAccessKey":"s","Token":"t","#
            + #""Expiration":"2030-01-01T00:00:00Z"}"#))
    }
    switch request.url {
    case "http://169.254.170.2/role", "http://127.0.0.1:9/role": return document("container")
    case "http://169.254.169.254/latest/api/token": return .success(.xml("token"))
    case "http://169.254.169.254/latest/meta-data/iam/security-credentials/":
      return .success(.xml("gate\n"))
    case "http://169.254.169.254/latest/meta-data/iam/security-credentials/gate":
      return document("instance")
    case "http://169.254.169.254/latest/meta-data/placement/region":
      return .success(.xml("ap-south-1"))
    default: return .failure(HTTPFailure(.unreachable, "no route"))
    }
  }

  struct Row: CustomTestStringConvertible {
    var testDescription: String
    var variables: [String: String] = [:]
    var config = ""
    var key: String
  }

  static let environment = ["AWS_ACCESS_KEY_ID": "env", "AWS_SECRET_ACCESS_KEY": "s"]
  static let webIdentity = ["AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "role"]
  static let container = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/role"]
  static let keys = "[default]\naws_access_key_id=file\naws_secret_access_key=s\n"

  @Test(arguments: [
    Row(
      testDescription: "environment before all",
      variables: environment.merging(webIdentity) { $1 }.merging(container) { $1 }, config: keys,
      key: "env"),
    Row(
      testDescription: "web identity before files",
      variables: webIdentity.merging(container) { $1 }, config: keys, key: "role-by-unsigned"),
    Row(
      testDescription: "files before the container", variables: container, config: keys,
      key: "file"),
    Row(testDescription: "container before the instance", variables: container, key: "container"),
    Row(testDescription: "the instance last", key: "instance"),
    Row(
      testDescription: "empty variables are not set",
      variables: ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""], config: keys, key: "file"),
    Row(
      testDescription: "a profile without keys", variables: ["AWS_PROFILE": "a"],
      config: "[profile a]\nregion = x\n", key: "instance"),
    Row(
      testDescription: "a role by another profile", variables: ["AWS_PROFILE": "a"],
      config: "[profile a]\nrole_arn=A\nsource_profile=b\n[profile b]\naws_access_key_id=b\n"
        + "aws_secret_access_key=s\n", key: "A-by-b"),
    Row(
      testDescription: "a role by a role", variables: ["AWS_PROFILE": "a"],
      config: "[profile a]\nrole_arn=A\nsource_profile=b\n[profile b]\nrole_arn=B\n"
        + "source_profile=default\n" + keys, key: "A-by-B-by-file"),
    Row(
      testDescription: "a role by its own keys", variables: ["AWS_PROFILE": "a"],
      config: "[profile a]\nrole_arn=A\nsource_profile=a\naws_access_key_id=a\n"
        + "aws_secret_access_key=s\n", key: "A-by-a"),
    Row(
      testDescription: "a role by the instance", variables: ["AWS_PROFILE": "a"],
      config: "[profile a]\nrole_arn=A\ncredential_source=Ec2InstanceMetadata\n",
      key: "A-by-instance"),
    Row(
      testDescription: "a role by the container",
      variables: container.merging(["AWS_PROFILE": "a"]) { $1 },
      config: "[profile a]\nrole_arn=A\ncredential_source=EcsContainer\n", key: "A-by-container"),
    Row(
      testDescription: "a profile's role before the web identity",
      variables: webIdentity.merging(["AWS_PROFILE": "a"]) { $1 },
      config: "[profile a]\nrole_arn=A\nsource_profile=b\n[profile b]\naws_access_key_id=b\n"
        + "aws_secret_access_key=s\n", key: "A-by-b"),
    Row(
      testDescription: "of a token's role the variable before the profile",
      variables: ["AWS_ROLE_ARN": "V"],
      config: "[default]\nrole_arn=A\nweb_identity_token_file=/token\n", key: "V-by-unsigned"),
    Row(
      testDescription: "a command before the keys of the config file",
      config: "[default]\naws_access_key_id=file\naws_secret_access_key=s\n"
        + "credential_process=/bin/keys\n", key: "/bin/keys"),
    Row(
      testDescription: "keys with line ends",
      variables: ["AWS_ACCESS_KEY_ID": " env\n", "AWS_SECRET_ACCESS_KEY": "s\r\n"], key: "env"),
    Row(
      testDescription: "a role by a token", variables: ["AWS_PROFILE": "a"],
      config: "[profile a]\nrole_arn=A\nweb_identity_token_file=/token\n", key: "A-by-unsigned"),
    Row(
      testDescription: "a command", variables: ["AWS_PROFILE": "a"],
      config: "[profile a]\ncredential_process = /bin/keys 'for me'\n",
      key: "/bin/keys|for_me"),
    Row(
      testDescription: "signing on", variables: ["AWS_PROFILE": "a"],
      config: "[profile a]\nsso_session = s\nsso_account_id = 1\n[sso-session s]\nx=y\n",
      key: "aws|configure|export-credentials|--profile|a|--format|process"),
    Row(
      testDescription: "a whole address on this machine",
      variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/role"],
      key: "container"),
  ])
  func theFirstThatIsConfiguredIsTaken(_ row: Row) throws {
    let machine = FakeMachine(
      variables: row.variables.merging(["AWS_REGION": "eu-west-1"]) { $1 },
      files: [Self.config: row.config, "/token": " jwt\n"],
      command: { words in
        .success(
          #"{"Version":1,"AccessKeyId":"\#(words.joined(separator: "|").replacing(" ", with: "_"))","#
            + #""SecretAccessKey":"s"}"#)
      },
      network: Self.network)
    #expect(try credentials(on: machine).accessKeyID.revealed == row.key)
  }

  struct Fault: CustomTestStringConvertible {
    var testDescription: String
    var variables: [String: String] = [:]
    var config = ""
    var message: String
  }

  @Test(arguments: [
    Fault(
      testDescription: "half of the keys", variables: ["AWS_ACCESS_KEY_ID": "a"],
      message: "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not"),
    Fault(
      testDescription: "half of the keys of a profile", config: "[default]\naws_access_key_id=a\n",
      message: "AWS profile 'default': aws_secret_access_key is missing"),
    Fault(
      testDescription: "a token without a role",
      variables: ["AWS_WEB_IDENTITY_TOKEN_FILE": "/token"],
      message: "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not"),
    Fault(
      testDescription: "a token without a role of the profile",
      config: "[default]\nweb_identity_token_file=/token\n",
      message: "AWS profile 'default': web_identity_token_file is set, but role_arn is not"),
    Fault(
      testDescription: "a key with a line end in it",
      variables: ["AWS_ACCESS_KEY_ID": "a\r\nX-Evil: 1", "AWS_SECRET_ACCESS_KEY": "s"],
      message: "AWS_ACCESS_KEY_ID has a blank, a line end or another character in it that no key "
        + "has"),
    Fault(
      testDescription: "a blank secret",
      variables: ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": " \n"],
      message: "AWS_SECRET_ACCESS_KEY is blank (AWS_ACCESS_KEY_ID)"),
    Fault(
      testDescription: "a token that is not there",
      variables: ["AWS_WEB_IDENTITY_TOKEN_FILE": "/none", "AWS_ROLE_ARN": "r"],
      message: "cannot read the web identity token in /none: there is no such file"),
    Fault(
      testDescription: "an empty token",
      variables: ["AWS_WEB_IDENTITY_TOKEN_FILE": "/empty", "AWS_ROLE_ARN": "r"],
      message: "cannot read the web identity token in /empty: it is empty"),
    Fault(
      testDescription: "a circle", variables: ["AWS_PROFILE": "a"],
      config:
        "[profile a]\nrole_arn=A\nsource_profile=b\n[profile b]\nrole_arn=B\nsource_profile=a\n",
      message: "AWS profile 'b': its source profiles form a cycle"),
    Fault(
      testDescription: "itself without keys", variables: ["AWS_PROFILE": "a"],
      config: "[profile a]\nrole_arn=A\nsource_profile=a\n",
      message: "AWS profile 'a': its source profiles form a cycle"),
    Fault(
      testDescription: "a source that is not there", variables: ["AWS_PROFILE": "a"],
      config: "[profile a]\nrole_arn=A\nsource_profile=b\n",
      message: "AWS profile 'a': its source_profile 'b' does not exist"),
    Fault(
      testDescription: "a source without keys", variables: ["AWS_PROFILE": "a"],
      config: "[profile a]\nrole_arn=A\nsource_profile=b\n[profile b]\nregion=x\n",
      message: "AWS profile 'b': it has no credentials, but another profile uses it as a source"),
    Fault(
      testDescription: "no source", config: "[default]\nrole_arn=A\n",
      message: "AWS profile 'default': role_arn needs source_profile or credential_source"),
    Fault(
      testDescription: "two sources",
      config: "[default]\nrole_arn=A\nsource_profile=b\ncredential_source=Environment\n",
      message: "AWS profile 'default': it has both source_profile and credential_source"),
    Fault(
      testDescription: "an unknown source",
      config: "[default]\nrole_arn=A\ncredential_source=Vault\n",
      message:
        "AWS profile 'default': credential_source must be Environment, Ec2InstanceMetadata or "
        + "EcsContainer"),
    Fault(
      testDescription: "a code from a device",
      config: "[default]\nrole_arn=A\nsource_profile=b\nmfa_serial=arn:x\n",
      message: "AWS profile 'default': it requires an MFA code (mfa_serial), which cannot be "
        + "entered here"),
    Fault(
      testDescription: "a command that fails", config: "[default]\ncredential_process=/bin/keys\n",
      message: "credential_process of profile 'default': it could not be started: No such file or "
        + "directory"),
    Fault(
      testDescription: "a command line without end",
      config: "[default]\ncredential_process=/bin/keys 'a\n",
      message: "AWS profile 'default': credential_process is not a complete command line"),
    Fault(
      testDescription: "signing on without the command line",
      config: "[default]\nsso_start_url=https://x\n",
      message: "'aws configure export-credentials' for profile 'default': it could not be started: "
        + "No such file or directory"),
    Fault(
      testDescription: "an agent elsewhere in the clear",
      variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://10.0.0.1/role"],
      message: "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https:// nor http:// to this machine "
        + "or an agent"),
    Fault(
      testDescription: "an agent in disguise",
      variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1@evil.example/"],
      message: "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https:// nor http:// to this machine "
        + "or an agent"),
    Fault(
      testDescription: "an agent in another disguise",
      variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1.evil.example/"],
      message: "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https:// nor http:// to this machine "
        + "or an agent"),
    Fault(
      testDescription: "an agent that does not answer", variables: container,
      message: "cannot reach the container's credentials agent: no route"),
    Fault(
      testDescription: "nothing anywhere", variables: ["AWS_EC2_METADATA_DISABLED": "true"],
      message: "no AWS credentials found: not in the environment, profile 'default' of "
        + "/home/me/.aws/config and /home/me/.aws/credentials, a container's agent, or the instance "
        + "metadata"),
  ])
  func whatCannotBeUsedIsSaid(_ fault: Fault) {
    let machine = FakeMachine(
      variables: fault.variables.merging(["AWS_REGION": "eu-west-1"]) { $1 },
      files: [Self.config: fault.config, "/token": "jwt", "/empty": " \n"],
      network: { _ in .failure(HTTPFailure(.unreachable, "no route")) })
    let error = #expect(throws: SourceError.self) { try credentials(on: machine) }
    #expect(error?.message == fault.message)
    #expect(error?.hint.isEmpty == false)
  }

  @Test(arguments: [
    "", "no", "[]", "{}", #"{"AccessKeyId":"a"}"#,
    #"{"AccessKeyId":"","SecretAccessKey":"s3cr3t"}"#,
    #"{"AccessKeyId":"a","SecretAccessKey":"s3cr3t","Expiration":"soon"}"#, "\u{0}",
    #"{"AccessKeyId":"a","SecretAccessKey":"s3cr3t""#,
  ])
  func aDocumentThatIsNoneIsNotQuoted(_ text: String) {
    let error = #expect(throws: SourceError.self) {
      try CredentialsDocument.credentials(Array(text.utf8), from: "x", without: [])
    }
    #expect(error?.message.hasPrefix("the response of x cannot be read: ") == true)
    #expect(error?.message.contains("s3cr3t") == false)
  }

  /// Five minutes before they expire; what holds for a short time is kept for half of it.
  @Test(arguments: [(1_000, 700), (120, 60)])
  func credentialsAreGotAnewBeforeTheyExpire(_ left: Int64, _ kept: Int64) throws {
    let machine = FakeMachine(variables: ["AWS_REGION": "eu-west-1"], network: Self.network)
    machine.change { $0.wallClock = 1_893_456_000 - left }  // 2030-01-01T00:00:00Z
    let client = AWSClient(AWSSession(machine.hostEnvironment))
    _ = try client.credentials()
    let asked = machine.now.requests.count
    _ = try client.credentials()
    #expect(machine.now.requests.count == asked)
    machine.change { $0.wallClock += kept - 1 }
    _ = try client.credentials()
    #expect(machine.now.requests.count == asked)
    machine.change { $0.wallClock += 1 }
    _ = try client.credentials()
    #expect(machine.now.requests.count == 2 * asked)
  }

  @Test func credentialsThatStillHoldOutliveAFailedRenewal() throws {
    let machine = FakeMachine(
      variables: ["AWS_REGION": "eu-west-1", "AWS_PROFILE": "a"],
      files: [Self.config: "[profile a]\ncredential_process=x\n"],
      command: { _ in
        .success(
          #"{"Version":1,"AccessKeyId":"a","SecretAccessKey":"s","#
            + #""Expiration":"2030-01-01T00:00:00Z"}"#)
      })
    let client = AWSClient(AWSSession(machine.hostEnvironment))
    _ = try client.credentials()
    machine.change {
      $0.wallClock = 1_893_456_000 - 10
      $0.files[Self.config] = "broken"
    }
    #expect(try client.credentials().accessKeyID.revealed == "a")
    machine.change { $0.wallClock = 1_893_456_000 }
    #expect(throws: SourceError.self) { try client.credentials() }
  }

  @Test(arguments: [#""Version":2,"#, ""])
  func aCommandSaysWhichFormItsAnswerHas(_ version: String) {
    let document = #"{\#(version)"AccessKeyId":"a","SecretAccessKey":"s"}"#
    let error = #expect(throws: SourceError.self) {
      try CredentialsDocument.credentials(
        Array(document.utf8), from: "x", by: .command, without: [])
    }
    #expect(error?.message.hasSuffix("not Version 1") == true)
    #expect(throws: Never.self) {
      try CredentialsDocument.credentials(Array(document.utf8), from: "x", by: .agent, without: [])
    }
  }

  /// Settings, group, load balancer and guards have a client each, some of them in other regions.
  @Test func allClientsOfARunGetTheirCredentialsOnce() throws {
    let machine = FakeMachine(
      variables: ["AWS_REGION": "eu-west-1", "AWS_PROFILE": "a"],
      files: [Self.config: "[profile a]\ncredential_process=keys\n"],
      command: { _ in
        .success(
          #"{"Version":1,"AccessKeyId":"a","SecretAccessKey":"s","#
            + #""Expiration":"2030-01-01T00:00:00Z"}"#)
      })
    let session = AWSSession(machine.hostEnvironment)
    for _ in 1...5 {
      _ = try AWSClient(session).credentials()
      _ = try AWSClient(session, region: "us-east-1").credentials()
      _ = try AWSClient(session).inRegion("ap-south-1").credentials()
    }
    #expect(machine.now.commands.count == 1)
  }

  /// Credentials that hold for two minutes are kept for one, not got anew for every question.
  @Test func aRoleIsTakenOnInTheRegionOfTheVariable() throws {
    let machine = FakeMachine(
      variables: ["AWS_REGION": "eu-west-1", "AWS_PROFILE": "a"],
      files: [
        Self.config: "[profile a]\nrole_arn=A\nsource_profile=b\nregion=me-south-1\n[profile b]\n"
          + "aws_access_key_id=b\naws_secret_access_key=s\n"
      ], network: Self.network)
    _ = try credentials(on: machine)
    #expect(machine.now.requests.map(\.url) == ["https://sts.eu-west-1.amazonaws.com/"])
  }

  @Test func versionOneOfTheCommandLineIsNamed() {
    let machine = FakeMachine(
      variables: ["AWS_REGION": "eu-west-1"],
      files: [Self.config: "[default]\nsso_start_url=https://x\n"],
      command: { _ in .failure(.failed(status: 2, said: "set | add-model")) })
    let error = #expect(throws: SourceError.self) { try credentials(on: machine) }
    #expect(
      error?.message == "'aws configure export-credentials' for profile 'default': the aws command "
        + "here does not know export-credentials")
    #expect(error?.hint.hasPrefix("install version 2 of the AWS command line") == true)
  }

  @Test func keysAreInNoDescription() {
    let keys = AWSCredentials(
      accessKeyID: Secret("hidden-id"), secretAccessKey: Secret("hidden-key"),
      sessionToken: Secret("hidden-token"))
    var dumped = ""
    dump(keys, to: &dumped)
    #expect(!"\(keys) \(String(reflecting: keys)) \(dumped)".contains("hidden"))
    var request = HTTPRequest(
      .post(form: Secret("Action=x&WebIdentityToken=a-job%2Btoken")), "http://h")
    request.signing = HTTPRequest.Signing(credentials: keys, region: "r", service: "s")
    request.fields = [HTTPField("Authorization", "hush-hush")]
    #expect(
      request.secrets.masked("hidden-token, a-job+token and HUSH-hush of sts")
        == "***, *** and *** of sts")
  }

  @Test func theRegionIsAskedOfTheInstanceLast() throws {
    let machine = FakeMachine(network: Self.network)
    #expect(try AWSClient(AWSSession(machine.hostEnvironment)).region() == "ap-south-1")
    let off = FakeMachine(variables: ["AWS_EC2_METADATA_DISABLED": "true"], network: Self.network)
    let error = #expect(throws: SourceError.self) {
      try AWSClient(AWSSession(off.hostEnvironment)).region()
    }
    #expect(error?.message == "no AWS region is set")
    #expect(off.now.requests.isEmpty)
  }
}

/// The metadata service and the agents over real connections.
@Suite struct MetadataPeerTests {
  @Test func theInstanceIsAskedWithAToken() throws {
    let peer = try LoopbackPeer { request in
      switch (request.method, request.path) {
      case ("PUT", "/latest/api/token"):
        return .init(
          status: request.fields["x-aws-ec2-metadata-token-ttl-seconds"] == "21600" ? 200 : 400,
          body: "a-token")
      case _ where request.fields["x-aws-ec2-metadata-token"] != "a-token":
        return .init(status: 401)
      case ("GET", "/latest/meta-data/iam/security-credentials/"): return .init(body: "gate")
      case ("GET", "/latest/meta-data/iam/security-credentials/gate"):
        return .init(
          body: #"{"Code":"Success","AccessKeyId":"a","SecretAccessKey":"s","Token":"t","#
            + #""Expiration":"2030-01-01T00:00:00Z"}"#)
      default: return .init(status: 404)
      }
    }
    let client = client(["AWS_EC2_METADATA_SERVICE_ENDPOINT": peer.url + "/"])
    let keys = try client.credentials()
    #expect(keys.accessKeyID.revealed == "a")
    #expect(keys.sessionToken?.revealed == "t")
    #expect(keys.expiration == 1_893_456_000)
    // Without a region there.
    #expect(throws: SourceError.self) { try client.region() }
  }

  /// The token is asked for again while the service is not well, and its refusal is told.
  @Test func aMetadataServiceThatRefusesIsNotTakenForNone() throws {
    let machine = FakeMachine(network: { request in
      switch request.method {
      case .put: .success(.xml("", status: 403))
      case .get, .post, .send: .success(.xml("", status: 404))
      }
    })
    let error = #expect(throws: SourceError.self) {
      try AWSClient(AWSSession(machine.hostEnvironment)).credentials()
    }
    #expect(
      error?.message.hasSuffix(
        "a container's agent, and the instance metadata service, which responds with status 403: "
          + "it is disabled for this instance") == true)
    #expect(machine.now.requests.count == 1)
    let sick = FakeMachine(network: { _ in .success(.xml("", status: 503)) })
    #expect(
      throws: SourceError.unreachable(
        place: "the instance metadata service", detail: "status 503")
    ) { try AWSClient(AWSSession(sick.hostEnvironment)).credentials() }
    #expect(sick.now.requests.count == 3)
    // The hop limit: the connection stands, the token does not come.
    let silent = FakeMachine(network: { _ in
      .failure(HTTPFailure(.silent, "Operation timed out after 1001 ms with 0 bytes received"))
    })
    let silence = #expect(throws: SourceError.self) {
      try AWSClient(AWSSession(silent.hostEnvironment)).credentials()
    }
    #expect(silence?.message.contains("hop limit must be 2 or more") == true)
  }

  @Test(arguments: [
    ("[default]\nec2_metadata_service_endpoint_mode=ipv6\n", [:], "http://[fd00:ec2::254]/"),
    (
      "[default]\nec2_metadata_service_endpoint=http://127.0.0.1:8/x/\n", [:],
      "http://127.0.0.1:8/x/"
    ),
    (
      "[default]\nec2_metadata_service_endpoint=http://127.0.0.1:8\n",
      ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:9"], "http://127.0.0.1:9/"
    ),
  ])
  func theMetadataServiceIsWhereTheSettingsSay(
    _ config: String, _ variables: [String: String], _ place: String
  ) {
    let machine = FakeMachine(
      variables: variables, files: [CredentialChainTests.config: config],
      network: { _ in .failure(HTTPFailure(.unreachable, "no route")) })
    _ = try? AWSClient(AWSSession(machine.hostEnvironment)).credentials()
    #expect(machine.now.requests.first?.url == place + "latest/api/token")
  }

  @Test func anEndpointModeThatThereIsNotIsRefused() {
    let machine = FakeMachine(variables: ["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv5"])
    let error = #expect(throws: SourceError.self) {
      try AWSClient(AWSSession(machine.hostEnvironment)).credentials()
    }
    #expect(error?.message.contains("'ipv5', not ipv4 or ipv6") == true)
  }

  @Test(arguments: [
    (200, "{"), (400, ""), (401, ""), (403, ""), (404, ""), (429, ""), (500, ""), (503, ""),
  ])
  func anAgentThatRefusesAndOneThatIsNotWellAreTwo(_ status: Int, _ body: String) {
    let machine = FakeMachine(
      variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/role"],
      network: { _ in .success(.xml(body, status: status)) })
    let error = #expect(throws: SourceError.self) {
      try AWSClient(AWSSession(machine.hostEnvironment)).credentials()
    }
    switch error {
    case .refusedCredentials: #expect([400, 401, 403, 404].contains(status))
    case .unreachable: #expect([429, 500, 503].contains(status))
    case .malformed: #expect(status == 200)
    default: Issue.record("\(String(describing: error))")
    }
  }

  @Test func anInstanceWithoutARoleHasNone() throws {
    let peer = try LoopbackPeer { $0.method == "PUT" ? .init(body: "t") : .init(status: 404) }
    let error = #expect(throws: SourceError.self) {
      try client(["AWS_EC2_METADATA_SERVICE_ENDPOINT": peer.url]).credentials()
    }
    guard case .noCredentials = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func aContainerIsAskedWithItsToken() throws {
    let peer = try LoopbackPeer { request in
      request.fields["authorization"] == "Basic abc"
        ? .init(body: #"{"AccessKeyId":"a","SecretAccessKey":"s","Token":"t"}"#)
        : .init(status: 401, body: "who?")
    }
    let variables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": peer.url + "/v1/credentials"]
    let token = ["AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic abc"]
    let keys = try client(variables.merging(token) { $1 }).credentials()
    #expect(keys.accessKeyID.revealed == "a")
    let error = #expect(throws: SourceError.self) { try client(variables).credentials() }
    #expect(
      error
        == .refusedCredentials(place: "the container's credentials agent", detail: "status 401"))
  }

  @Test func aTokenIsTradedWithoutASignature() throws {
    let peer = try LoopbackPeer { request in
      let form = FormCall.decoded(request.body)
      guard request.fields["authorization"] == nil, form["WebIdentityToken"] == "a+b/c=" else {
        return .init(status: 400)
      }
      return .init(
        body: """
          <AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
          <AccessKeyId>\(form["RoleSessionName"] ?? "")</AccessKeyId>
          <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
          <Expiration>2030-01-01T00:00:00Z</Expiration></Credentials>
          </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
          """)
    }
    let machine = FakeMachine(files: ["/token": "a+b/c=\n"])
    var hostEnvironment = machine.hostEnvironment
    hostEnvironment.variables.merge([
      "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_STS": peer.url,
      "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/x",
      "AWS_ROLE_SESSION_NAME": "job-7",
    ]) { $1 }
    hostEnvironment.send = HTTPClient.send
    #expect(
      try AWSClient(AWSSession(hostEnvironment)).credentials().accessKeyID.revealed == "job-7")
  }

  private func client(_ variables: [String: String]) -> AWSClient {
    var hostEnvironment = FakeMachine(variables: variables).hostEnvironment
    hostEnvironment.send = HTTPClient.send
    return AWSClient(AWSSession(hostEnvironment))
  }
}
