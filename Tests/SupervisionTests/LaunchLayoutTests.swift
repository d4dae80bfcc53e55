import Specs
import TestSupport
import Testing

@testable import Supervision

/// The command line of mpirun: a pure function of ranks, threads, cores and hosts.
@Suite struct LaunchLayoutTests {
  private func request(
    _ ranks: Int?, threads: Int? = nil, cores: Int = 8, hosts: [HostSlots] = [], coresByHost: [String: Int] = [:],
    nodes: Int = 1, mayBind: Bool = true
  ) -> LaunchLayout.Request {
    var request = LaunchLayout.Request()
    (request.ranks, request.threads, request.cores, request.hosts) = (ranks, threads, cores, hosts)
    (request.coresByHost, request.nodes, request.mayBind) = (coresByHost, nodes, mayBind)
    return request
  }

  private func text(_ request: LaunchLayout.Request) -> String {
    LaunchLayout(request).line(mpirun: "mpirun", program: ["P"]).joined(separator: " ")
  }

  private static let bound = "--bind-to core P"

  @Test(
    "one machine: each rank has as many cores as threads, or none is bound",
    arguments: [
      (1, nil, 8, "-n 1 --map-by slot:PE=8 \(bound)"), (2, nil, 8, "-n 2 --map-by slot:PE=4 \(bound)"),
      (3, nil, 8, "-n 3 --map-by slot:PE=2 \(bound)"), (8, nil, 8, "-n 8 --map-by slot:PE=1 \(bound)"),
      (9, nil, 8, "-n 9 --bind-to none --oversubscribe P"), (2, 3, 8, "-n 2 --map-by slot:PE=3 \(bound)"),
      (2, 4, 8, "-n 2 --map-by slot:PE=4 \(bound)"), (2, 5, 8, "-n 2 --bind-to none --oversubscribe P"),
      (1, 2, 1, "-n 1 --bind-to none --oversubscribe P"), (1, nil, 1, "-n 1 --map-by slot:PE=1 \(bound)"),
    ] as [(Int, Int?, Int, String)])
  func oneMachine(ranks: Int, threads: Int?, cores: Int, line: String) {
    #expect(text(request(ranks, threads: threads, cores: cores)) == "mpirun " + line)
  }

  @Test("a process that is held to some cores binds nothing and shares out what it has")
  func held() {
    let layout = LaunchLayout(request(2, cores: 4, mayBind: false))
    #expect(layout.threads == 2 && !layout.isOversubscribed)
    #expect(text(request(2, cores: 4, mayBind: false)) == "mpirun -n 2 --bind-to none P")
  }

  private static let keepAlive =
    "--mca oob_tcp_keepalive_time 10 --mca oob_tcp_keepalive_intvl 5 --mca oob_tcp_keepalive_probes 3 P"

  @Test("hosts: filled in their order; the one with the fewest cores for each rank decides")
  func hosts() {
    let hosts = [HostSlots("a", slots: 2), HostSlots("b", slots: 2)], cores = ["a": 8, "b": 4]
    #expect(
      text(request(nil, hosts: hosts, coresByHost: cores))
        == "mpirun -n 4 --host a:2,b:2 --map-by slot:PE=2 --bind-to core \(Self.keepAlive)")
    #expect(
      text(request(3, hosts: hosts, coresByHost: cores))
        == "mpirun -n 3 --host a:2,b:2 --map-by slot:PE=4 --bind-to core \(Self.keepAlive)")
    #expect(
      text(request(4, threads: 3, hosts: hosts, coresByHost: cores))
        == "mpirun -n 4 --host a:2,b:2 --bind-to none --oversubscribe \(Self.keepAlive)")
    // A host was lost: no more ranks than slots are left.
    #expect(
      text(request(4, hosts: [hosts[0]], coresByHost: cores))
        == "mpirun -n 2 --host a:2 --map-by slot:PE=4 \(Self.bound)")
  }

  @Test("machines of a batch system share the ranks")
  func nodes() {
    #expect(
      text(request(8, cores: 16, nodes: 2)) == "mpirun -n 8 --map-by slot:PE=4 --bind-to core \(Self.keepAlive)")
    #expect(LaunchLayout.nodes(of: [:]) == 1)
    #expect(LaunchLayout.nodes(of: ["SLURM_JOB_NUM_NODES": "3"]) == 3)
  }

  @Test("PBS names its machines in a file, each as often as it has slots")
  func portableBatchSystem() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("a\na\nb\nb\n", to: "nodes")
    #expect(LaunchLayout.nodes(of: ["PBS_NODEFILE": file]) == 2)
  }

  @Test("what is printed can be typed")
  func shellText() {
    #expect(
      LaunchLayout.shellText(["mpirun", "--set", "a={\"b\": 'c'}", "", "x=1,y:2"])
        == #"mpirun --set 'a={"b": '\''c'\''}' '' x=1,y:2"#)
  }
}

/// Lists of hosts.
@Suite struct HostSlotsTests {
  @Test("--hosts")
  func list() throws {
    #expect(
      try HostSlots.parse(list: "a:2,b, node-3.cluster:16") == [
        HostSlots("a", slots: 2), HostSlots("b", slots: 1), HostSlots("node-3.cluster", slots: 16),
      ])
    #expect(try HostSlots.parse(list: "a,b,a") == [HostSlots("a", slots: 2), HostSlots("b", slots: 1)])
  }

  @Test(
    "what is not a list of hosts", arguments: ["", "a,,b", "a:0", "a:x", "a:1:2", "-n", "a b", "a;b", "a:5000", ":2"])
  func badList(_ text: String) {
    let error = #expect(throws: RunError.self) { try HostSlots.parse(list: text) }
    #expect(error?.exitCode == .usage && error?.sentence.hasSuffix("found \(text)") == true)
  }

  @Test("hostfiles of Open MPI")
  func hostfile() throws {
    let text = "# ours\na slots=2 max_slots=4\n\n  b:3 # new\r\nc\nc\n"
    #expect(
      try HostSlots.parse(hostfile: text, file: "f") == [
        HostSlots("a", slots: 2), HostSlots("b", slots: 3), HostSlots("c", slots: 2),
      ])
  }

  @Test(
    "what is not a hostfile",
    arguments: [
      ("a slots=2\nb slots=x\n", "f: line 2: "), ("a 2\n", "f: line 1: "), ("# none\n", "f: names no host"),
      ("a:b\n", "f: line 1: "),
    ])
  func badHostfile(text: String, says: String) {
    let error = #expect(throws: RunError.self) { try HostSlots.parse(hostfile: text, file: "f") }
    #expect(error?.exitCode == .data && error?.sentence.hasPrefix(says) == true, "\(error?.sentence ?? "")")
  }
}
