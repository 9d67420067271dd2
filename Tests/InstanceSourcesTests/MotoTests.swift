import FoundationEssentials
import GateCore
import Testing

@testable import InstanceSources

/// Everything at once, before a whole AWS on loopback.
@Suite struct MotoTests {
  private struct Fleet: Decodable {
    var endpoint: String
    var members: [String: [String]]
    var addresses: [String: String]
    var group: String
    var images: [String]
  }

  @Test(
    .enabled(
      if: PeerProcess.has("moto", "flask", "boto3"),
      "moto is not installed: pip install 'moto[server]' boto3; TESTS_PYTHON names a Python with it"
    ))
  func aFleetOfTwoGroupsIsFound() throws {
    let peer = try PeerProcess("moto_fleet.py")
    let fleet = try JSONDecoder().decode(Fleet.self, from: Data(peer.announcement.utf8))
    let client = AWSClient(
      AWSSession(
        .machine(variables: [
          "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
          "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": fleet.endpoint, "HOME": "/nowhere",
        ])))

    for (name, image) in zip(["blue", "green"], fleet.images) {
      let listing = try AutoScalingGroup(name, ports: [80], client: client).list()
      let ids = try #require(fleet.members[name])
      #expect(listing.expected == ids.count)
      #expect(Set(listing.members.map(\.instance.id)) == Set(ids))
      for member in listing.members {
        #expect(member.instance.address == fleet.addresses[member.instance.id])
        #expect(member.standing == .checked)
        #expect(member.image == image)
        #expect(member.launchTemplateVersion == "1")
        #expect(member.tags["Version"] == name)
      }
    }
    #expect(throws: SourceError.self) {
      try AutoScalingGroup("grün/ &=", ports: [80], client: client).list()
    }

    let classic = ClassicLoadBalancer("web", client: client)
    #expect(
      try classic.healthCheck().settings.map(\.value) == [
        "classic", "HTTP:80/health", "15", "5", "2", "10",
      ])
    #expect(
      Set(try classic.list(ports: [80]).members.map(\.instance.id)) == Set(fleet.members["blue"] ?? [])
    )
    #expect(try classic.report().opinions.map(\.view.state) == [.healthy, .healthy])
    #expect(throws: SourceError.self) {
      try ClassicLoadBalancer("none", client: client).report()
    }

    for reference in ["web-green", fleet.group] {
      let group = TargetGroup(reference, client: client)
      #expect(
        try group.healthCheck().settings.map(\.value) == [
          "alb", "HTTP:traffic-port/health", "15", "5", "2", "10", "200-299,301",
        ])
      let listing = try group.list(ports: .trafficPort)
      #expect(Set(listing.members.map(\.instance.id)) == Set(fleet.members["green"] ?? []))
      #expect(listing.members.allSatisfy { $0.instance.port == 8080 })
      #expect(try group.report().opinions.count == 3)
    }
    #expect(throws: SourceError.self) { try TargetGroup("none", client: client).healthCheck() }
  }
}
