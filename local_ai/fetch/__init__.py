"""What is fetched for the offline voice: data beside its hash, from several sources, checked."""
