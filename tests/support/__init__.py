"""What tests and the bench share: real servers, real speech, free ports, waiting."""
