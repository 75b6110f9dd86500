/** Why an instance does not come up, where it is not the host that failed: `code` is EC2's own (`Client.VolumeLimitExceeded`). */
export class LaunchFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}
