/**
 * The link-local addresses each VPC answers on, for its own instances only and whatever their security groups say.
 * The first two are EC2's (EC2 User Guide: "Instance metadata service", "Amazon DNS"); the third is this region's own:
 * the artifact cache, which on EC2 would be a bucket behind a gateway endpoint.
 */
export const METADATA_ADDRESS = '169.254.169.254'
export const RESOLVER_ADDRESS = '169.254.169.253'
export const CACHE_ADDRESS = '169.254.169.252'

/** The root of the region's cache directory, as instances see it. */
export const CACHE_SERVER_URL = `http://${CACHE_ADDRESS}`
