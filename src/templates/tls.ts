/**
 * TLS 1.2 cipher suites with forward secrecy and authenticated encryption, by Go's names; exactly the AES ones that the
 * CIS benchmark (4.2.12) accepts of a kubelet.
 */
export const AEAD_SUITES = [
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
] as const
