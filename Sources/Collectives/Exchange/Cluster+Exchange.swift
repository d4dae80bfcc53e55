extension Cluster {
  /// Prepares an exchange of gradients; all buffers are allocated here, none later.
  ///
  /// - Returns: the exchange; it lives no longer than the cluster.
  /// - Throws: ``ClusterError`` for an unknown name or a plan for another number of ranks; an error of the network.
  package func makeExchange(_ request: ExchangeRequest) throws -> GradientExchange {
    try GradientExchange(request, over: makeTransport())
  }

  /// As above, for a gradient in one bucket.
  package func makeExchange(
    algorithm: String, plan: ReductionPlan, count: Int, trailer: Int
  ) throws -> GradientExchange {
    try makeExchange(ExchangeRequest(algorithm: algorithm, plan: plan, count: count, trailer: trailer))
  }
}
