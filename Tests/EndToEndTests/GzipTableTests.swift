import Foundation
import TestSupport
import Testing

/// Tables in gzip, which have no header that states their size.
@Suite struct GzipTableTests {
  @Test("a table of any size is read as its text is", arguments: [100, 10_000, 60_000])
  func sizes(rows: Int) throws {
    let folder = try TemporaryFolder()
    try folder.write("a,b,y\n" + (0..<rows).map { "\($0),\($0 * 7 % 11),\($0 % 3)\n" }.joined(), to: "t.csv")
    #expect(try Command.run(["gzip", "-k", folder.path + "/t.csv"]).status == 0)
    var hashes: [String] = []
    for name in ["t.csv", "t.csv.gz"] {
      let config = try folder.write(
        """
        {"data": {"train": {"format": "csv", "path": "\(name)", "targets": "y"}, "normalize": "standard"},
         "model": {"layers": [{"type": "dense", "units": 3}]}, "loss": {"type": "categorical_cross_entropy"},
         "optimizer": {"type": "sgd", "learning_rate": 0.1}, "training": {"epochs": 1, "steps": 3}}
        """, to: "config.json")
      let outcome = try Command.ptrain([config, "--quiet", "--output", folder.path + "/run-" + name])
      #expect(outcome.status == 0, "\(outcome.errors)")
      hashes.append(outcome.output)
    }
    #expect(hashes[0] == hashes[1] && hashes[0].hasPrefix("weights_sha256 "))
  }
}
