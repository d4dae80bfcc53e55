/// What a trainer is made with.
package struct TrainerOptions {
  package var threads: Int
  /// Cores of this node for each of its ranks that no worker uses.
  package var spareCores = 0
  /// The shards of the run that goes on, which an earlier launch may have chosen.
  package var shards: Int?
  /// Who is told what happens.
  package var sinks: [any RunSink] = []

  package init(threads: Int) { self.threads = threads }
}
