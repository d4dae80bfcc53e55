/// Is told of waits that take long.
package protocol WaitObserver: AnyObject {
  /// Called again and again by a thread that waits for other ranks, between two looks; it may call MPI, or end the run.
  ///
  /// - Parameter seconds: since the wait began.
  func waited(seconds: Double)
}
