internal import Foundation
internal import Kernels
internal import Platform

/// A thread of its own for the exchange, where a core is to spare: it polls the driver while the workers compute.
///
/// Between steps it sleeps. The exchange belongs to it from ``lend()`` to the end of ``takeBack()``.
final class CommunicationThread: @unchecked Sendable {
  private let driver: ExchangeDriver
  private let work = DispatchSemaphore(value: 0)
  private let back = DispatchSemaphore(value: 0)
  /// 1 while the thread is to poll.
  private let isLent = SharedCounters(count: 1)
  private let isOver = SharedCounters(count: 1)
  private let end = DispatchSemaphore(value: 0)

  init(_ driver: ExchangeDriver) {
    self.driver = driver
    Thread { [self] in run() }.start()
  }

  /// Ends the thread, and returns once it has let everything go; called again, it does nothing.
  func stop() {
    guard isOver.value(of: 0) == 0 else { return }
    isOver.set(0, to: 1)
    // A step that failed may have left it polling.
    isLent.set(0, to: 0)
    work.signal()
    end.wait()
  }

  /// Hands the exchange to the thread.
  func lend() {
    isLent.set(0, to: 1)
    work.signal()
  }

  /// Returns once the thread has let the exchange go.
  func takeBack() {
    isLent.set(0, to: 0)
    back.wait()
  }

  private func run() {
    ThreadName.set("ptrain exchange")
    Denormals.flush()
    defer { end.signal() }
    while true {
      work.wait()
      guard isOver.value(of: 0) == 0 else { return }
      while isLent.value(of: 0) == 1 {
        driver.poll()
        usleep(20)
      }
      back.signal()
    }
  }
}
