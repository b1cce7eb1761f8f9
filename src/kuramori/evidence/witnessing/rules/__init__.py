"""What witnesses are told and answer, without a database."""
