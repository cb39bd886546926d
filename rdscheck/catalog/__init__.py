"""What RDS offers, per version: data compiled from AWS's pages, with sources and dates."""
